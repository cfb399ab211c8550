/** Panels that plugins add to the console: listed, served, and gone with their plugin. */
import { describe, expect, test } from 'vitest'
import type { Plugin } from '../../kernel/index.ts'
import { panels } from '../../plugins/panels.ts'
import type { Page, Panel, Panels, Web } from '../../plugins/services.ts'
import { nouns, startKernel } from '../support/kernel.ts'

const panel = (fields: Partial<Panel> = {}): Panel => ({ element: 'a-panel', title: 'A', on: ['nodes'], source: 'define()', ...fields })

async function served() {
  const pages = new Map<string, () => Page>()
  const web: Plugin = {
    name: 'rest',
    apply: ({ provide }) => provide('web', { serve: (at, answer) => pages.set(at, answer) } as Partial<Web> as Web),
  }
  let service: Panels | undefined
  const author: Plugin = { name: 'author', after: ['panels'], apply: ({ need }) => void (service = need('panels')) }
  await startKernel([nouns(), web, panels(), author])
  const bodyOf = (at: string) => pages.get(at)?.().body
  return { add: (each: Panel) => service?.add(each), bodyOf, list: () => JSON.parse(String(bodyOf('/panels.json'))) as readonly object[] }
}

describe('a panel', () => {
  test('is listed without its source, and its module is served, until it is taken out', async () => {
    const { add, bodyOf, list } = await served()
    const remove = add(panel({ isColouring: true }))
    expect(list()).toEqual([{ element: 'a-panel', title: 'A', on: ['nodes'], isColouring: true, module: '/panels/a-panel.js' }])
    expect(bodyOf('/panels/a-panel.js')).toBe('define()')
    remove?.()
    expect([list(), bodyOf('/panels/a-panel.js')]).toEqual([[], 'export {}\n'])
    add(panel({ source: 'again()' }))
    expect(bodyOf('/panels/a-panel.js')).toBe('again()')
  })

  test.each([
    ['whose element has no hyphen', panel({ element: 'panel' }), 'cannot be a custom element'],
    ['whose element would lead elsewhere', panel({ element: '../a-b' }), 'cannot be a custom element'],
    ['without a title', panel({ title: ' ' }), 'has no title'],
    ['that is too large', panel({ source: 'x'.repeat(1_000_001) }), '1000000 is the most'],
  ])('%s is refused', async (_, each, sentence) => {
    const { add, list } = await served()
    expect(() => add(each)).toThrow(sentence)
    expect(list()).toEqual([])
  })

  test('of a name that is taken is refused, and the other one stays', async () => {
    const { add, bodyOf } = await served()
    add(panel())
    expect(() => add(panel({ source: 'mine()' }))).toThrow('there is a panel a-panel already')
    expect(bodyOf('/panels/a-panel.js')).toBe('define()')
  })
})
