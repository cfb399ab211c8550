/** From a credential to who it is: a person's access token, verified without a round trip, or a machine's secret. */
import { KernelError, type Credential, type PluginKernel, type Principal, type Token } from '../../kernel/index.ts'
import { covers, hasPermission, JOIN_PERMISSIONS, permissionsOf } from './permissions.ts'
import { matchesHash, parseSecret } from './secrets.ts'

/** @throws KernelError TOKEN_EXPIRED. @returns undefined when nobody is known by it */
export async function authenticate(kernel: PluginKernel, { bearer }: Credential): Promise<Principal | undefined> {
  if (bearer === undefined) return undefined
  return bearer.startsWith('stark_') ? machine(kernel, bearer) : person(kernel, bearer)
}

async function person({ need, durable, clock }: PluginKernel, accessToken: string): Promise<Principal | undefined> {
  const { userId, sessionId } = await need('identities').verify(accessToken)
  const user = durable.get('users', userId)
  const session = durable.get('sessions', sessionId)
  // A token outlives its session; the session's end, and the user's, count at once.
  if (!user || user.disabled || session?.userId !== userId || Date.parse(session.expiresAt) <= clock.now()) return undefined
  return { id: user.id, kind: 'user', roles: user.roles, permissions: permissionsOf(user.roles), credentialId: sessionId, name: user.email }
}

function machine(kernel: PluginKernel, text: string): Principal | undefined {
  const parsed = parseSecret(text)
  const token = parsed && kernel.durable.get('tokens', parsed.id)
  if (!token || token.kind !== parsed.kind || !matchesHash(parsed.secret, token.hash)) return undefined
  if (token.expiresAt !== null && Date.parse(token.expiresAt) <= kernel.clock.now()) {
    throw new KernelError('TOKEN_EXPIRED', `this ${token.kind} token ended at ${token.expiresAt}: make a new one`)
  }
  return principalOf(kernel, token)
}

function principalOf({ durable }: PluginKernel, token: Token): Principal | undefined {
  if (token.kind === 'join') {
    return { id: token.id, kind: 'token', roles: [], permissions: JOIN_PERMISSIONS, credentialId: token.id, name: 'join token' }
  }
  if (token.kind === 'node') {
    const node = token.nodeId === null ? undefined : durable.get('nodes', token.nodeId)
    if (!node) return undefined
    return { id: node.id, kind: 'node', roles: ['node'], permissions: permissionsOf(['node']), credentialId: token.id, name: node.name }
  }
  const owner = token.ownerId === null ? undefined : durable.get('users', token.ownerId)
  if (!owner || owner.disabled) return undefined
  // It never may more than its owner may now.
  const roles = covers(owner.roles, token.role) ? [token.role] : []
  const permissions = scoped(permissionsOf(roles), token.scopes)
  return { id: owner.id, kind: 'token', roles, permissions, credentialId: token.id, name: `${owner.email} (token)` }
}

const scoped = (permissions: readonly string[], scopes: readonly string[] | null): readonly string[] =>
  scopes === null ? permissions : scopes.filter((scope) => hasPermission(permissions, scope))
