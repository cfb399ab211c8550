/** What plugins add to the console, each loaded when it is first shown. */
import { shallowReactive, shallowRef } from '@vue/reactivity'

/** As the server lists them: plugins/panels.ts. */
export interface PanelInfo {
  readonly element: string
  readonly title: string
  readonly on: readonly ('nodes' | 'pods')[]
  readonly isColouring?: boolean
  /** Where its module is, at this origin. */
  readonly module: string
}
export type PanelState = 'loading' | 'there' | 'failed'

const list = shallowRef<readonly PanelInfo[]>([])
let asked: string | undefined
const states = shallowReactive(new Map<string, PanelState>())

/** Reactive: none until they are known. A server that cannot be asked has none. @param key with another one they are asked for anew */
export function panels(key = asked ?? ''): readonly PanelInfo[] {
  if (asked !== key) void fetchList(key)
  return list.value
}

/** For where nobody follows what becomes of plugins. */
export const askForPanelsAgain = (): void => void fetchList(asked ?? '')

async function fetchList(key: string): Promise<void> {
  asked = key
  try {
    const response = await fetch('/panels.json')
    const found = response.ok ? ((await response.json()) as readonly PanelInfo[]) : []
    if (asked === key) list.value = found
  } catch (error) {
    // The connection says already that the server is away.
    if (!(error instanceof TypeError)) throw error
  }
}

/** Reactive. Begins to load what was not asked for before. */
export function stateOf(panel: PanelInfo): PanelState {
  const { element } = panel
  const state = states.get(element)
  if (state === undefined) void load(panel)
  return state ?? 'loading'
}

async function load({ element, module }: PanelInfo): Promise<void> {
  states.set(element, 'loading')
  try {
    await import(module)
    states.set(element, customElements.get(element) ? 'there' : 'failed')
  } catch {
    // Whatever is wrong with it is its author's to find in the browser's console; here it is shown as missing.
    states.set(element, 'failed')
  }
}
