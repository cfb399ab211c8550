/** Records whose ids and names are free in a database that several tests share. */
import { randomUUID } from 'node:crypto'
import type { Namespace, Pod, PodHistory } from '../../../kernel/schema/index.ts'
import { aNamespace, aPod } from '../../support/builders.ts'

const freeName = () => `x${randomUUID()}`

export const namespace = (fields: Partial<Namespace> = {}): Namespace => ({
  ...aNamespace(),
  id: randomUUID(),
  name: freeName(),
  ...fields,
})
export const pod = (fields: Partial<Pod> = {}): Pod => ({ ...aPod(), id: randomUUID(), name: freeName(), ...fields })
export const podHistory = ({ id, name, createdAt }: Pod, fields: Partial<PodHistory> = {}): PodHistory => ({
  id: randomUUID(),
  createdAt,
  updatedAt: createdAt,
  resourceVersion: 1,
  podId: id,
  podName: name,
  namespace: 'default',
  action: 'Created',
  at: createdAt,
  actorId: null,
  previousStatus: null,
  newStatus: 'pending',
  previousVersion: null,
  newVersion: '1.0.0',
  previousNodeId: null,
  newNodeId: null,
  reason: null,
  message: 'created',
  ...fields,
})
