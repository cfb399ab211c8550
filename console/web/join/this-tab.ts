/**
 * This tab as a node: the element that any page can have, at the end of the document, so that it goes on while one goes from place to
 * place of the console. A tab that was a node is one again when it comes back, because the agent keeps who it is.
 */
import { shallowRef } from '@vue/reactivity'
import type { NodeState } from '../../../agents/browser/messages.ts'
import type { Cluster } from '../cluster.ts'

const KEY = 'stark-tab-is-node'
/** Long enough to join with, and good for nothing afterwards. */
const TOKEN_LIFE_MS = 600_000

const current = shallowRef<NodeState | undefined>(undefined)
let element: HTMLElement | undefined

/** How the node stands; undefined when this tab is none. */
export const tabNode = (): NodeState | undefined => current.value

/** What the tab was before it was loaded again, it is again. */
export function comeBack(): void {
  if (sessionStorage.getItem(KEY) !== null && !element) mount(undefined)
}

/** @throws WireError when there is no token to be had */
export async function becomeNode(cluster: Cluster): Promise<void> {
  const expiresAt = new Date(Date.now() + TOKEN_LIFE_MS).toISOString()
  const input = { kind: 'join', uses: 1, runtimeType: 'browser', expiresAt, description: 'a tab of the console' }
  const { token } = await cluster.ask<{ readonly token: string }>('tokens.create', input)
  sessionStorage.setItem(KEY, 'yes')
  mount(token)
}

/** Its pods leave, as when the tab is closed. */
export function stopBeingNode(): void {
  sessionStorage.removeItem(KEY)
  element?.remove()
  element = undefined
  current.value = undefined
}

function mount(token: string | undefined): void {
  element?.remove()
  element = document.createElement('stark-agent')
  element.hidden = true
  if (token !== undefined) element.setAttribute('token', token)
  element.addEventListener('stark-state', (event) => (current.value = (event as CustomEvent<NodeState>).detail))
  document.body.append(element)
  if (customElements.get('stark-agent')) return
  const script = document.createElement('script')
  script.type = 'module'
  script.src = '/agent.js'
  document.head.append(script)
}
