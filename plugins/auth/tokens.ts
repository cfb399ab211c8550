/**
 * Tokens for machines: join tokens let nodes in, API tokens act for whoever made them, node credentials are given at
 * registration. Adds the kind tokens, its operations and the service credentials.
 */
import { Type } from 'typebox'
import {
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
  type Transaction,
} from '../../kernel/index.ts'
import type { JoinTerms } from '../services.ts'
import { newSecret } from './secrets.ts'

const JOIN_LIFE_MS = 24 * 3_600_000
const API_LIFE_MS = 90 * 24 * 3_600_000

const { hash: _hash, ...shown } = Token.properties
const TokenView = strict(shown)
const NewToken = strict({ ...shown, token: Type.String({ description: 'shown once: only its hash is kept' }) })

export const tokens = (): Plugin => ({
  name: 'tokens',
  apply(kernel) {
    const { kinds, provide, onDurable } = kernel
    kinds.define<Token>('tokens', { schema: Token, indexes: { nodeId: ({ nodeId }) => nodeId } })
    provide('credentials', {
      consumeJoin: (transaction, tokenId) => consumeJoin(transaction, tokenId),
      issueForNode: (transaction, nodeId) => issueForNode(kernel, transaction, nodeId),
    })
    defineOperations(kernel)
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

function defineOperations({ operations, durable, state, commit, newId, clock }: PluginKernel): void {
  operations.define({
    name: 'tokens.list',
    summary: 'Tokens, without their secrets',
    http: 'GET /api/tokens',
    permission: 'tokens:read',
    input: strict({ ...Page, kind: Type.Optional(Token.properties.kind) }),
    output: Listing(TokenView),
    handle({ kind, ...request }) {
      const wanted = [...durable.all('tokens')].filter((token) => kind === undefined || token.kind === kind)
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
      expiresAt: Type.Optional(Token.properties.expiresAt),
      uses: Type.Optional(Token.properties.uses),
      labels: Type.Optional(Token.properties.labels),
      taints: Type.Optional(Token.properties.taints),
      runtimeType: Type.Optional(Token.properties.runtimeType),
      description: Type.Optional(Token.properties.description),
    }),
    output: NewToken,
    errors: ['INVALID'],
    async handle({ kind, ...given }, { who, origin }) {
      const id = newId()
      const { text, hash } = newSecret(kind, id)
      const expiresAt = timestamp(clock.now() + (kind === 'join' ? JOIN_LIFE_MS : API_LIFE_MS))
      const role = kind === 'join' ? 'node' : (given.role ?? 'user')
      const defaults = { scopes: null, namespaces: null, expiresAt, uses: null, labels: {}, taints: [], runtimeType: null, description: '' }
      const token = await commit(origin, (transaction) =>
        transaction.add('tokens', { id, ...defaults, ...given, role, kind, hash, ownerId: who.id, nodeId: null, lastUsedAt: null }),
      )
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
    async handle({ id }, { origin }) {
      if (!state.get('tokens', id)) throw new KernelError('NOT_FOUND', `there is no token ${id}`)
      await commit(origin, (transaction) => transaction.delete('tokens', id))
      return null
    },
  })
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
