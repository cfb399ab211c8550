/** What plugins add to the console: asked for once, and each loaded when it is first shown. */
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
let isAsked = false
const states = shallowReactive(new Map<string, PanelState>())

/** Reactive: none until they are known. A server that cannot be asked has none. */
export function panels(): readonly PanelInfo[] {
  if (!isAsked) void fetchList()
  return list.value
}

async function fetchList(): Promise<void> {
  isAsked = true
  try {
    const response = await fetch('/panels.json')
    if (response.ok) list.value = (await response.json()) as readonly PanelInfo[]
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
