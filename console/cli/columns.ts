/** Which fields of an object people want to see in a row. What has no columns here shows its plain fields. */
import type { Session, Token, User } from '../../kernel/schema/account.ts'
import type { AuditEntry } from '../../kernel/schema/audit.ts'
import type { Namespace, PodHistory } from '../../kernel/schema/cluster.ts'
import type { Deployment } from '../../kernel/schema/deployment.ts'
import type { ClusterEvent } from '../../kernel/schema/event.ts'
import type { Node, NodeView } from '../../kernel/schema/node.ts'
import type { Pack } from '../../kernel/schema/pack.ts'
import type { Pod } from '../../kernel/schema/pod.ts'
import type { Secret } from '../../kernel/schema/secret.ts'
import type { PluginRow } from '../../plugins/drop-ins/rows.ts'
import { ago, bytes } from './table.ts'

export interface Columns {
  readonly head: readonly string[]
  readonly row: (record: never, nowMs: number) => readonly string[]
  /** The fields by which a whole object is known, where it is no record of the store. */
  readonly marks?: readonly string[]
  /** What other commands take for it. */
  readonly name: (record: never) => string
}

/** What changes a node answers with its record, which does not say what its pods hold. */
type ShownNode = Node & Partial<NodeView>

export const columns: Readonly<Record<string, Columns>> = {
  pods: {
    head: ['NAME', 'NAMESPACE', 'STATUS', 'REASON', 'READY', 'RESTARTS', 'PACK', 'AGE'],
    row: ({ name, namespace, status, reason, ready, restarts, packName, packVersion, createdAt }: Pod, nowMs) => [
      name,
      namespace,
      status,
      reason ?? '-',
      ready ? 'yes' : 'no',
      String(restarts),
      `${packName}@${packVersion}`,
      ago(createdAt, nowMs),
    ],
    name: ({ name }: Pod) => name,
  },
  deployments: {
    head: ['NAME', 'NAMESPACE', 'MODE', 'READY', 'UPDATED', 'PHASE', 'VERSION', 'REVISION', 'AGE'],
    row: ({ name, namespace, mode, status, packName, revision, createdAt }: Deployment, nowMs) => [
      name,
      namespace,
      mode,
      `${status.available}/${status.desired}`,
      String(status.updated),
      status.phase,
      `${packName}@${status.version}`,
      String(revision),
      ago(createdAt, nowMs),
    ],
    name: ({ name }: Deployment) => name,
  },
  events: {
    head: ['LAST', 'TYPE', 'REASON', 'OBJECT', 'COUNT', 'MESSAGE'],
    row: ({ lastAt, type, reason, objectKind, objectName, count, message }: ClusterEvent, nowMs) => [
      ago(lastAt, nowMs),
      type,
      reason,
      `${objectKind}/${objectName}`,
      String(count),
      message,
    ],
    name: ({ id }: ClusterEvent) => id,
  },
  history: {
    head: ['AT', 'POD', 'ACTION', 'STATUS', 'REASON', 'BY', 'MESSAGE'],
    row: ({ at, podName, action, newStatus, reason, actorId, message }: PodHistory) => [
      at,
      podName,
      action,
      newStatus ?? '-',
      reason ?? '-',
      actorId ?? '-',
      message,
    ],
    name: ({ id }: PodHistory) => id,
  },
  nodes: {
    head: ['NAME', 'STATUS', 'RUNTIME', 'PODS', 'CPU', 'MEMORY', 'TAINTS', 'HEARTBEAT', 'AGE'],
    row: (
      {
        name,
        status,
        unschedulable,
        drain,
        runtimeType,
        capabilities,
        allocated,
        allocatable,
        taints,
        lastHeartbeat,
        createdAt,
      }: ShownNode,
      nowMs,
    ) => [
      name,
      [status, drain ? (drain.doneAt === null ? 'draining' : 'drained') : unschedulable ? 'cordoned' : ''].filter(Boolean).join(', '),
      `${runtimeType} ${capabilities.runtimeVersion ?? ''}`.trim(),
      `${allocated?.pods ?? '?'}/${allocatable.pods}`,
      `${allocated?.cpu ?? '?'}/${allocatable.cpu} m`,
      `${allocated?.memory ?? '?'}/${allocatable.memory} MB`,
      String(taints.length),
      ago(lastHeartbeat, nowMs),
      ago(createdAt, nowMs),
    ],
    name: ({ name }: ShownNode) => name,
  },
  packs: {
    head: ['NAME', 'VERSION', 'RUNTIME', 'VISIBILITY', 'SIZE', 'DESCRIPTION', 'AGE'],
    row: ({ name, version, runtimeTag, visibility, bundle, description, createdAt }: Pack, nowMs) => [
      name,
      version,
      runtimeTag,
      visibility,
      bundle ? bytes(bundle.bytes) : 'no bundle',
      description,
      ago(createdAt, nowMs),
    ],
    name: ({ name, version }: Pack) => `${name}@${version}`,
  },
  namespaces: {
    head: ['NAME', 'PHASE', 'QUOTA', 'AGE'],
    row: ({ name, phase, resourceQuota, createdAt }: Namespace, nowMs) => [
      name,
      phase,
      resourceQuota
        ? Object.entries(resourceQuota.hard)
            .map(([what, most]) => `${what} ${most}`)
            .join(', ')
        : '-',
      ago(createdAt, nowMs),
    ],
    name: ({ name }: Namespace) => name,
  },
  plugins: {
    head: ['NAME', 'STATE', 'SOURCE', 'HOOKS', 'FAULTS', 'REASON'],
    marks: ['name', 'source', 'state'],
    row: ({ name, state, source, hooks, measured, reason }: PluginRow) => [
      name,
      state,
      source,
      hooks.join(', ') || '-',
      measured ? String(measured.threw + measured.nonsense + measured.slow) : '-',
      reason ?? '-',
    ],
    name: ({ name }: PluginRow) => name,
  },
  users: {
    head: ['E-MAIL', 'ROLES', 'NAMESPACES', 'DISABLED', 'AGE'],
    row: ({ email, roles, namespaces, disabled, createdAt }: User, nowMs) => [
      email,
      roles.join(', ') || '-',
      namespaces.join(', ') || '-',
      disabled ? 'yes' : 'no',
      ago(createdAt, nowMs),
    ],
    name: ({ email }: User) => email,
  },
  sessions: {
    head: ['ID', 'CURRENT', 'FROM', 'LAST USED', 'AGE'],
    row: ({ id, isCurrent, remote, lastUsedAt, createdAt }: Session & { readonly isCurrent: boolean }, nowMs) => [
      id,
      isCurrent ? 'yes' : 'no',
      remote,
      ago(lastUsedAt, nowMs),
      ago(createdAt, nowMs),
    ],
    name: ({ id }: Session) => id,
  },
  secrets: {
    head: ['NAME', 'NAMESPACE', 'CHANGED', 'AGE'],
    row: ({ name, namespace, updatedAt, createdAt }: Secret, nowMs) => [name, namespace, ago(updatedAt, nowMs), ago(createdAt, nowMs)],
    name: ({ name }: Secret) => name,
  },
  audit: {
    head: ['AT', 'WHO', 'FROM', 'OPERATION', 'RESULT', 'COUNT', 'OBJECTS'],
    row: ({ at, actorName, actorId, remote, operation, result, count, objects }: AuditEntry) => [
      at,
      actorName ?? actorId,
      remote || '-',
      operation ?? '-',
      result,
      String(count),
      objects.map(({ kind, id, name, op }) => `${op} ${kind} ${name ?? id}`).join(', ') || '-',
    ],
    name: ({ id }: AuditEntry) => id,
  },
  tokens: {
    head: ['ID', 'KIND', 'ROLE', 'USES LEFT', 'EXPIRES', 'LAST USED', 'DESCRIPTION'],
    row: ({ id, kind, role, uses, expiresAt, lastUsedAt, description }: Token, nowMs) => [
      id,
      kind,
      role,
      uses === null ? 'any' : String(uses),
      expiresAt ?? 'never',
      lastUsedAt === null ? 'never' : `${ago(lastUsedAt, nowMs)} ago`,
      description,
    ],
    name: ({ id }: Token) => id,
  },
}
