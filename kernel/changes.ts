/**
 * A change set: what one commit does. The store, the watches, the scheduler's index, the history and the simulator all
 * consume this and nothing else.
 */
import type { Entity } from './schema/common.ts'

export interface Put<T extends Entity = Entity> {
  readonly op: 'put'
  readonly kind: string
  readonly id: string
  /** The record after the change; resourceVersion and updatedAt are the commit's. */
  readonly record: T
  /** The record that it was computed from; undefined when it is new. */
  readonly before: T | undefined
}

export interface Delete<T extends Entity = Entity> {
  readonly op: 'delete'
  readonly kind: string
  readonly id: string
  readonly before: T
}

export type Change = Put | Delete

/** Who asked for a change, and how to find the request again. */
export interface Origin {
  /** The user's id, the node's id, or the plugin's name. */
  readonly actorId: string
  /** The roles of a person or a machine that asked; undefined when a plugin did. */
  readonly roles?: readonly string[]
  /** The session or token that the request came with. */
  readonly credentialId?: string
  /** The address that it came from. */
  readonly remote?: string
  readonly correlationId?: string
  readonly operation?: string
  readonly idempotencyKey?: string
}

/** One commit: all of it becomes durable, or none of it. */
export interface ChangeSet {
  readonly revision: number
  /** epoch ms */
  readonly at: number
  readonly origin: Origin
  readonly changes: readonly Change[]
}
