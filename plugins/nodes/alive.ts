/** Signs of life of nodes, kept in memory: heartbeats are not commits. */
import type { LiveSession } from '../../kernel/index.ts'
import type { Heartbeats } from '../services.ts'

export interface Alive {
  lastMs: number
  goodbyeMs: number | undefined
  /** It said that it sleeps: until it registers again it is as silent, whatever is still on its way from it. */
  isSuspended: boolean
  used: { readonly cpu: number; readonly memory: number } | undefined
  session: LiveSession | undefined
  isWritten: boolean
}

export const heartbeatsOf = (alive: ReadonlyMap<string, Alive>): Heartbeats => ({
  last: (nodeId) => alive.get(nodeId)?.lastMs,
  isSuspended: (nodeId) => alive.get(nodeId)?.isSuspended ?? false,
  goodbye: (nodeId) => alive.get(nodeId)?.goodbyeMs,
  used: (nodeId) => alive.get(nodeId)?.used,
})
