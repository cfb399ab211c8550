/** What a token of somebody's may do follows what its owner may do now. */
import { describe, expect, test } from 'vitest'
import type { PluginKernel, Role, Token, User } from '../../kernel/index.ts'
import { authenticate } from '../../plugins/auth/authenticate.ts'
import { newSecret } from '../../plugins/auth/secrets.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const id = 'a0000000-0000-4000-8000-000000000001'
const meta = { id, createdAt: '', updatedAt: '', resourceVersion: 1 }

const bare = {
  scopes: null,
  namespaces: null,
  nodeId: null,
  expiresAt: null,
  uses: null,
  lastUsedAt: null,
  labels: {},
  taints: [],
  runtimeType: null,
  description: '',
}

/** @returns the roles that a token of this role has for its owner */
async function rolesFor(role: Role, owner: Partial<User> | undefined): Promise<readonly Role[] | undefined> {
  const { text, hash } = newSecret('api', id)
  const token: Token = { ...meta, ...bare, kind: 'api', hash, role, ownerId: id }
  const user = owner && { ...meta, email: 'a@b', roles: [], disabled: false, namespaces: [], ...owner }
  const durable = { get: (kind: string) => (kind === 'tokens' ? token : user) }
  const kernel = { durable, clock: new VirtualClock() } as unknown as PluginKernel
  return (await authenticate(kernel, { bearer: text, remote: '' }))?.roles
}

describe('an API token', () => {
  test('has its own role, and never more than its owner has now', async () => {
    expect(await rolesFor('viewer', { roles: ['admin'] })).toEqual(['viewer'])
    expect(await rolesFor('admin', { roles: ['admin'] })).toEqual(['admin'])
    expect(await rolesFor('user', { roles: ['user', 'viewer'] })).toEqual(['user'])
    expect(await rolesFor('admin', { roles: ['user'] })).toEqual([])
    expect(await rolesFor('user', { roles: ['viewer'] })).toEqual([])
  })

  test('is nobody once its owner is disabled or gone', async () => {
    expect(await rolesFor('user', { roles: ['user'], disabled: true })).toBeUndefined()
    expect(await rolesFor('user', undefined)).toBeUndefined()
  })
})
