/** Who may come in: people, the sessions that they hold, and the tokens of nodes and scripts. */
import { Type, type Static } from 'typebox'
import { Id, Labels, Meta, nullable, RuntimeType, strict, Time } from './common.ts'
import { Taint } from './taint.ts'

const NAMESPACES_MAX = 256
const SCOPES_MAX = 64

export const Role = Type.Enum(['admin', 'user', 'viewer', 'node'])
export type Role = Static<typeof Role>

/** One string and no union of two, so that it is one word in a form and on a command line. */
const NamespaceOrAll = Type.String({ pattern: '^(\\*|[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)$' })
const namespaces = (description: string) => Type.Array(NamespaceOrAll, { maxItems: NAMESPACES_MAX, description })

export const User = strict({
  ...Meta,
  email: Type.String({ maxLength: 254 }),
  roles: Type.Array(Role, { maxItems: 4 }),
  disabled: Type.Boolean(),
  namespaces: namespaces('where this person may create; * is everywhere'),
})
export type User = Static<typeof User>

export const Session = strict({
  ...Meta,
  userId: Id,
  refreshHash: Type.String(),
  providerRefreshToken: Type.String(),
  expiresAt: Time,
  lastUsedAt: Time,
  remote: Type.String({ maxLength: 64, description: 'the address that it was last refreshed from' }),
})
export type Session = Static<typeof Session>

export const TokenKind = Type.Enum(['join', 'api', 'node'])
export const Token = strict({
  ...Meta,
  kind: TokenKind,
  hash: Type.String(),
  role: Role,
  scopes: nullable(
    Type.Array(Type.String({ pattern: '^[a-z][a-zA-Z-]*:[a-z][a-zA-Z-]*$' }), {
      maxItems: SCOPES_MAX,
      description: 'the permissions of its role that it has; null is all of them',
    }),
  ),
  namespaces: nullable(namespaces('where it may create; null is wherever its owner may')),
  ownerId: nullable(Id),
  nodeId: nullable(Id),
  expiresAt: nullable(Time),
  uses: nullable(Type.Integer({ minimum: 1, description: 'how often it may still be used; null is without limit' })),
  lastUsedAt: nullable(Time),
  labels: Labels,
  taints: Type.Array(Taint, { maxItems: 64 }),
  runtimeType: nullable(RuntimeType),
  description: Type.String({ maxLength: 2000 }),
})
export type Token = Static<typeof Token>
