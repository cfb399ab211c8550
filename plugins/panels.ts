/**
 * Panels: what plugins show in the console, each a custom element that one ES module defines. It is served from here, because the
 * console runs scripts of its own origin alone. Provides the service panels.
 */
import { createHash } from 'node:crypto'
import type { Plugin } from '../kernel/index.ts'
import type { Panel } from './services.ts'

const PANELS_MAX = 64
const SOURCE_CHARACTERS_MAX = 1_000_000
/** What custom elements may be called, and what is safe in a path. */
const ELEMENT = /^[a-z][a-z0-9]{0,30}(-[a-z0-9]{1,30}){1,4}$/
const NOTHING = 'export {}\n'

export const panels = (): Plugin => ({
  name: 'panels',
  after: ['rest'],
  apply({ need, provide }) {
    const known = new Map<string, Panel>()
    const page = (body: string, contentType: string) => {
      const etag = createHash('sha256').update(body).digest('hex').slice(0, 32)
      return { contentType, body, etag }
    }
    const list = () => [...known.values()].map(({ source: _source, ...told }) => ({ ...told, module: pathOf(told.element) }))
    need('web').serve('/panels.json', () => page(JSON.stringify(list()), 'application/json'))
    provide('panels', {
      add(panel) {
        const { element } = panel
        mustBePanel(panel)
        if (known.has(element)) throw new Error(`there is a panel ${element} already`)
        if (known.size >= PANELS_MAX) throw new Error(`there are ${PANELS_MAX} panels already`)
        known.set(element, panel)
        // A path that was served once stays; without its panel it defines nothing.
        need('web').serve(pathOf(element), () => page(known.get(element)?.source ?? NOTHING, 'text/javascript; charset=utf-8'))
        return () => {
          if (known.get(element) === panel) known.delete(element)
        }
      },
    })
  },
})

const pathOf = (element: string): string => `/panels/${element}.js`

function mustBePanel({ element, source, title }: Panel): void {
  if (!ELEMENT.test(element))
    throw new Error(`"${element}" cannot be a custom element's name: write lower-case words with "-" between them`)
  if (title.trim() === '') throw new Error(`the panel ${element} has no title`)
  if (source.length > SOURCE_CHARACTERS_MAX)
    throw new Error(`the module of ${element} has ${source.length} characters, and ${SOURCE_CHARACTERS_MAX} is the most`)
}
