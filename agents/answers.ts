/**
 * Looks at what the control plane answers, as far as an agent goes into it: one that makes no sense must not cost the node its pods.
 * What is wrong is asked again later, like what was not answered at all.
 */
import { WireError } from '../kernel/wire/client.ts'
import type { Node } from '../kernel/schema/node.ts'
import type { Letter } from './pod-mail.ts'

/** Heartbeats that were to come faster would be a fault and a flood. */
const HEARTBEAT_MS_MIN = 100

/** What the control plane answers to a registration. */
export interface Registered {
  readonly node: Node
  readonly token: string | null
  readonly heartbeatIntervalMs: number
}

type Fields = Readonly<Record<string, unknown>>

/** @throws WireError when it is no answer to a registration */
export function readRegistered(output: unknown): Registered {
  const { node, token, heartbeatIntervalMs } = fieldsOf(output)
  const isToken = token === null || typeof token === 'string'
  const isInterval = typeof heartbeatIntervalMs === 'number' && heartbeatIntervalMs >= HEARTBEAT_MS_MIN
  if (isToken && isInterval) return { node: readNode(node), token, heartbeatIntervalMs }
  throw nonsense('a registration')
}

/** @throws WireError when it is no node */
export function readNode(output: unknown): Node {
  const { id, incarnation, taints } = fieldsOf(output)
  if (typeof id === 'string' && typeof incarnation === 'number' && Array.isArray(taints) && taints.every(isTaint)) return output as Node
  throw nonsense('what a node asks about itself')
}

/** @returns whether the pod is still this agent's. @throws WireError when the answer does not say: on a guess no pod is killed */
export function readIsCurrent(output: unknown): boolean {
  const { isCurrent } = fieldsOf(output)
  if (typeof isCurrent === 'boolean') return isCurrent
  throw nonsense('a report of a pod')
}

/** @returns undefined for what is no message to a pod */
export function readLetter(data: unknown): Letter | undefined {
  const { podId, from, requestId } = fieldsOf(data)
  const isLetter = typeof podId === 'string' && typeof from === 'string' && (requestId === undefined || typeof requestId === 'string')
  return isLetter ? (data as Letter) : undefined
}

const isTaint = (taint: unknown): boolean => typeof fieldsOf(taint)['key'] === 'string'
const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {})
const nonsense = (question: string): WireError =>
  new WireError({ code: 'INVALID_ANSWER', detail: `the server answers ${question} with what is no answer`, retryable: true })
