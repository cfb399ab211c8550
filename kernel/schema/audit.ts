/** An entry of the audit: who did what, from where, when, and with which result. */
import { Type, type Static } from 'typebox'
import { Meta, nullable, strict, Time } from './common.ts'

/** Of one entry; a change of more names the first ones. */
export const AUDITED_OBJECTS_MAX = 20

const Word = Type.String({ maxLength: 128 })

export const AuditEntry = strict({
  ...Meta,
  at: Time,
  actorId: Type.String({ maxLength: 128, description: 'a user, a node or a token; anonymous for nobody who is known' }),
  actorName: nullable(Type.String({ maxLength: 254 })),
  credentialId: nullable(Type.String({ maxLength: 128, description: 'the session or token that it came with' })),
  remote: Type.String({ maxLength: 64, description: 'the address that it came from' }),
  operation: nullable(Type.String({ maxLength: 128 })),
  result: Type.String({ maxLength: 64, description: 'done, or the code of the refusal' }),
  count: Type.Integer({ minimum: 1, description: 'refusals that are alike and follow each other closely are one entry' }),
  correlationId: nullable(Word),
  objects: Type.Array(
    strict({ kind: Word, id: Word, name: nullable(Type.String({ maxLength: 320 })), op: Type.Enum(['create', 'update', 'delete']) }),
    {
      maxItems: AUDITED_OBJECTS_MAX,
      description: 'what was changed',
    },
  ),
})
export type AuditEntry = Static<typeof AuditEntry>
