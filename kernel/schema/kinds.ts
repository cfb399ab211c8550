/**
 * Which noun each kind of record is. A plugin with a noun of its own widens this interface by declaration merging:
 * `declare module 'stark/kernel' { interface Kinds { backups: Backup } }`.
 */
import type { AuditEntry } from './audit.ts'
import type { Session, Token, User } from './account.ts'
import type { ClusterConfig, Namespace, PodHistory, PriorityClass } from './cluster.ts'
import type { Id, Meta } from './common.ts'
import type { Deployment } from './deployment.ts'
import type { ClusterEvent } from './event.ts'
import type { Node } from './node.ts'
import type { Pack } from './pack.ts'
import type { Pod } from './pod.ts'
import type { Secret } from './secret.ts'
import type { Static, TObject } from 'typebox'

type IdempotencyKey = Static<TObject<typeof Meta>> & {
  readonly principalId: string
  readonly operation: string
  readonly inputHash: string
  readonly kind: string
  readonly objectId: Static<typeof Id>
  readonly expiresAt: string
}

export interface Kinds {
  users: User
  sessions: Session
  tokens: Token
  packs: Pack
  nodes: Node
  deployments: Deployment
  pods: Pod
  podHistory: PodHistory
  clusterConfigs: ClusterConfig
  namespaces: Namespace
  priorityClasses: PriorityClass
  events: ClusterEvent
  secrets: Secret
  audit: AuditEntry
  idempotencyKeys: IdempotencyKey
}
export type KindName = keyof Kinds
