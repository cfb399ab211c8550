/** An event: what happened to which object, in words. The same again is counted, and it is forgotten after a while. */
import { Type, type Static } from 'typebox'
import { Meta, nullable, strict, Time } from './common.ts'

const Name = Type.String({ maxLength: 320 })

export const ClusterEvent = strict({
  ...Meta,
  type: Type.Enum(['Normal', 'Warning']),
  reason: Type.String({ maxLength: 64, description: 'machine-readable, in CamelCase' }),
  message: Type.String({ maxLength: 2000 }),
  objectKind: Type.String({ maxLength: 64 }),
  objectId: Type.String({ maxLength: 128 }),
  objectName: Name,
  namespace: nullable(Type.String({ maxLength: 63 })),
  count: Type.Integer({ minimum: 1 }),
  firstAt: Time,
  lastAt: Time,
  actorId: Type.String({ maxLength: 128 }),
  correlationId: nullable(Type.String({ maxLength: 128 })),
})
export type ClusterEvent = Static<typeof ClusterEvent>
