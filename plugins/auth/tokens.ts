/**
 * Tokens for machines: join tokens let nodes in, API tokens act for whoever made them, node credentials are given at
 * registration. Adds the kind tokens, its operations and the service credentials.
 */
import { Type } from 'typebox'
import {
  invalid,
  KernelError,
  Listing,
  page,
  Page,
  Ref,
  Role,
  strict,
  timestamp,
  Token,
  type Plugin,
  type PluginKernel,
  type Principal,
  type Reader,
  type Transaction,
} from '../../kernel/index.ts'
import type { JoinTerms } from '../services.ts'
import { covers, hasPermission, permissionsOf } from './permissions.ts'
import { newSecret } from './secrets.ts'

const JOIN_LIFE_MS = 24 * 3_600_000
const API_LIFE_MS = 90 * 24 * 3_600_000
/** Of one owner. */
const TOKENS_MAX = 1_000
/** One that has ended is kept for so long, to be found when somebody wonders. */
const KEPT_MS = 30 * 24 * 3_600_000
const SWEEP_MS = 60_000

const { hash: _hash, ...shown } = Token.properties
const TokenView = strict(shown)
const NewToken = strict({ ...shown, token: Type.String({ description: 'shown once: only its hash is kept' }) })

export const tokens = (): Plugin => ({
  name: 'tokens',
  apply(kernel) {
    const { kinds, provide, onDurable } = kernel
    kinds.define<Token>('tokens', { schema: Token, indexes: { nodeId: ({ nodeId }) => nodeId, ownerId: ({ ownerId }) => ownerId } })
    provide('credentials', {
      consumeJoin: (transaction, tokenId) => consumeJoin(transaction, tokenId),
      issueForNode: (transaction, nodeId) => issueForNode(kernel, transaction, nodeId),
    })
    defineOperations(kernel)
    keepTidy(kernel)
    onDurable(async ({ changes }) => {
      const gone = changes
        .filter(({ kind, op }) => kind === 'nodes' && op === 'delete')
        .flatMap(({ id }) => kernel.state.by('tokens', 'nodeId', id))
      if (gone.length === 0) return
      await kernel.commit({ actorId: 'tokens' }, (transaction) => {
        for (const { id } of gone) if (kernel.state.get('tokens', id)) transaction.delete('tokens', id)
      })
    })
  },
})

/** Writes down when tokens were last used, coarsely, since use is no commit; and forgets those that ended long ago. */
function keepTidy({ operations, clock, state, commit }: PluginKernel): void {
  const used = new Map<string, number>()
  operations.settled.tap('tokens', ({ who }) => {
    if (who?.kind === 'token' && who.credentialId !== '') used.set(who.credentialId, clock.now())
  })
  clock.every(SWEEP_MS, async () => {
    const news = [...used]
    used.clear()
    const before = timestamp(clock.now() - KEPT_MS)
    const ended = [...state.all('tokens')].filter(({ expiresAt }) => expiresAt !== null && expiresAt < before)
    await commit({ actorId: 'tokens' }, (transaction) => {
      for (const { id } of ended) if (state.get('tokens', id)) transaction.delete('tokens', id)
      for (const [id, at] of news) if (state.get('tokens', id)) transaction.update('tokens', id, { lastUsedAt: timestamp(at) })
    })
  })
}

function defineOperations({ operations, durable, state, commit, newId, clock }: PluginKernel): void {
  operations.define({
    name: 'tokens.list',
    summary: 'Tokens, without their secrets',
    http: 'GET /api/tokens',
    permission: 'tokens:read',
    input: strict({ ...Page, kind: Type.Optional(Token.properties.kind) }),
    output: Listing(TokenView),
    handle({ kind, ...request }, { who }) {
      const wanted = [...durable.all('tokens')].filter((token) => isSeenBy(token, who) && (kind === undefined || token.kind === kind))
      const { items, nextCursor } = page(wanted, request)
      return { items: items.map(withoutHash), nextCursor }
    },
  })
  operations.define({
    name: 'tokens.create',
    summary: 'Makes a join token for nodes or an API token for scripts; its secret is in this answer and never again',
    http: 'POST /api/tokens',
    permission: 'tokens:write',
    status: 201,
    input: strict({
      kind: Type.Enum(['join', 'api']),
      role: Type.Optional(Role),
      scopes: Type.Optional(Token.properties.scopes),
      namespaces: Type.Optional(Token.properties.namespaces),
      expiresAt: Type.Optional(Token.properties.expiresAt),
      uses: Type.Optional(Token.properties.uses),
      labels: Type.Optional(Token.properties.labels),
      taints: Type.Optional(Token.properties.taints),
      runtimeType: Type.Optional(Token.properties.runtimeType),
      description: Type.Optional(Token.properties.description),
    }),
    output: NewToken,
    errors: ['INVALID', 'FORBIDDEN', 'TOO_MANY_TOKENS'],
    async handle({ kind, ...given }, { who, origin }) {
      const role = given.role ?? (kind === 'join' ? 'node' : 'user')
      mustBeOfKind({ ...given, kind, role })
      mustBeWithin(state, { kind, role, scopes: given.scopes ?? null }, who)
      const id = newId()
      const { text, hash } = newSecret(kind, id)
      const expiresAt = timestamp(clock.now() + (kind === 'join' ? JOIN_LIFE_MS : API_LIFE_MS))
      const defaults = { scopes: null, namespaces: null, expiresAt, uses: null, labels: {}, taints: [], runtimeType: null, description: '' }
      const token = await commit(origin, (transaction) => {
        mustHaveRoom(transaction.state.by('tokens', 'ownerId', who.id))
        return transaction.add('tokens', { id, ...defaults, ...given, role, kind, hash, ownerId: who.id, nodeId: null, lastUsedAt: null })
      })
      return { ...withoutHash(token), token: text }
    },
  })
  operations.define({
    name: 'tokens.delete',
    summary: 'Ends a token at once',
    http: 'DELETE /api/tokens/:id',
    permission: 'tokens:write',
    status: 204,
    input: strict({ id: Ref }),
    output: Type.Null(),
    errors: ['NOT_FOUND'],
    async handle({ id }, { who, origin }) {
      const token = state.get('tokens', id)
      if (!token || !isSeenBy(token, who)) throw new KernelError('NOT_FOUND', `there is no token ${id}`)
      await commit(origin, (transaction) => transaction.delete('tokens', id))
      return null
    },
  })
}

/** One's own; an administrator's are all of them. */
const isSeenBy = ({ ownerId }: Token, { id, roles }: Principal): boolean => ownerId === id || roles.includes('admin')

type Wanted = Pick<Token, 'kind' | 'role'> & Partial<Token>

/** @throws KernelError INVALID naming what belongs to the other kind */
function mustBeOfKind({ kind, role, scopes, namespaces, uses, labels, taints, runtimeType }: Wanted): void {
  const ofOther = kind === 'join' ? { scopes, namespaces } : { uses, labels, taints, runtimeType }
  const stray = Object.entries(ofOther).filter(([, value]) => value !== undefined && value !== null)
  const errors = stray.map(([field]) => ({
    path: `/${field}`,
    message: `is nothing that ${kind === 'join' ? 'a join' : 'an API'} token has`,
  }))
  const isRight = (role === 'node') === (kind === 'join')
  const ofRole = isRight
    ? []
    : [{ path: '/role', message: kind === 'join' ? 'is always node for a join token' : 'must be one of admin, user, viewer' }]
  if (errors.length + ofRole.length > 0) throw invalid([...ofRole, ...errors])
}

/** Nobody hands on more than he has. A token that is held to less than its role makes no other. @throws KernelError FORBIDDEN, INVALID */
function mustBeWithin(state: Reader, { kind, role, scopes }: Pick<Token, 'kind' | 'role' | 'scopes'>, who: Principal): void {
  const own = state.get('tokens', who.credentialId)
  const isHeldToLess = own !== undefined && (!who.roles.includes('admin') || own.scopes !== null || own.namespaces !== null)
  if (isHeldToLess) throw new KernelError('FORBIDDEN', 'this token makes no others: log in to make one')
  if (kind === 'join' ? !who.roles.includes('admin') : !covers(who.roles, role)) {
    throw new KernelError('FORBIDDEN', `${who.name} may not make ${kind === 'join' ? 'join tokens' : `API tokens with the role ${role}`}`)
  }
  const beyond = (scopes ?? []).filter((scope) => !hasPermission(permissionsOf([role]), scope))
  if (beyond.length > 0) throw invalid([{ path: '/scopes', message: `has ${beyond.join(', ')}, which the role ${role} does not have` }])
}

function mustHaveRoom(tokens: readonly Token[]): void {
  if (tokens.length < TOKENS_MAX) return
  throw new KernelError('TOO_MANY_TOKENS', `you have ${tokens.length} tokens, and ${TOKENS_MAX} is the most: end some first`)
}

function withoutHash({ hash: _secret, ...token }: Token): Omit<Token, 'hash'> {
  return token
}

function consumeJoin(transaction: Transaction, tokenId: string): JoinTerms {
  const token = transaction.state.get('tokens', tokenId)
  if (token?.kind !== 'join') throw new KernelError('FORBIDDEN', 'a node joins with a join token, and this is none, or it is used up')
  const { labels, taints, runtimeType, uses } = token
  if (uses === 1) transaction.delete('tokens', tokenId)
  else transaction.update('tokens', tokenId, { uses: uses === null ? null : uses - 1, lastUsedAt: timestamp(transaction.at) })
  return { labels, taints, runtimeType }
}

function issueForNode({ newId }: PluginKernel, transaction: Transaction, nodeId: string): string {
  for (const { id } of transaction.state.by('tokens', 'nodeId', nodeId)) transaction.delete('tokens', id)
  const id = newId()
  const { text, hash } = newSecret('node', id)
  transaction.add('tokens', {
    id,
    kind: 'node',
    hash,
    role: 'node',
    scopes: null,
    namespaces: null,
    ownerId: null,
    nodeId,
    expiresAt: null,
    uses: null,
    lastUsedAt: null,
    labels: {},
    taints: [],
    runtimeType: null,
    description: '',
  })
  return text
}
