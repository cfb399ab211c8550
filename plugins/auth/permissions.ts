/**
 * Who may do what: one table, from permissions to roles. An operation names the permission that it needs, and the plugin that owns
 * the noun holds whoever reaches only his own to that. PERMISSIONS.md is this table for each operation.
 */
import type { Role } from '../../kernel/index.ts'

/**
 * How far a role reaches with a permission: `all` of them; `own` ones, which for a node are those that are bound to it; `seen` ones,
 * which are one's own and the public ones.
 */
export type Reach = 'all' | 'own' | 'seen'
type Reaches = Partial<Readonly<Record<Exclude<Role, 'admin'>, Reach>>>

/** An administrator has all of these, all of the way, and also what is not in the table. */
export const table: Readonly<Record<string, Reaches>> = {
  'self:write': { user: 'own', viewer: 'own' },
  'cluster:read': { user: 'all', viewer: 'all' },
  'cluster:write': {},
  'system:read': { user: 'all', viewer: 'all' },
  'plugins:write': {},
  'events:read': { user: 'all', viewer: 'all' },
  'audit:read': {},
  'users:read': {},
  'users:write': {},
  'tokens:read': { user: 'own' },
  'tokens:write': { user: 'own' },
  'namespaces:read': { user: 'all', viewer: 'all' },
  'namespaces:write': {},
  'secrets:read': { user: 'own' },
  'secrets:write': { user: 'own' },
  'secrets:rotate': {},
  'nodes:read': { user: 'all', viewer: 'all' },
  'nodes:write': {},
  'nodes:register': { node: 'own' },
  'nodes:report': { node: 'own' },
  'packs:read': { user: 'seen', viewer: 'seen', node: 'own' },
  'packs:write': { user: 'own' },
  'bundles:read': { user: 'seen', node: 'own' },
  'pods:read': { user: 'all', viewer: 'all', node: 'own' },
  'pods:write': { user: 'own' },
  'pods:report': { node: 'own' },
  'deployments:read': { user: 'all', viewer: 'all' },
  'deployments:write': { user: 'own' },
}

/** A join token does one thing. */
export const JOIN_PERMISSIONS: readonly string[] = ['nodes:register']

/** Undefined where the role has not got the permission. */
export const reachOf = (role: Role, permission: string): Reach | undefined => (role === 'admin' ? 'all' : table[permission]?.[role])

const permissions: Readonly<Record<Role, readonly string[]>> = {
  admin: ['*'],
  user: having('user'),
  viewer: having('viewer'),
  node: having('node'),
}

function having(role: Role): readonly string[] {
  return Object.keys(table).filter((permission) => reachOf(role, permission) !== undefined)
}

export const permissionsOf = (roles: readonly Role[]): readonly string[] => [...new Set(roles.flatMap((role) => permissions[role]))]

export const hasPermission = (permissions: readonly string[], permission: string): boolean =>
  permissions.includes('*') || permissions.includes(permission)

/** A user may do whatever a viewer may. */
const covered: Readonly<Record<Role, readonly Role[]>> = {
  admin: ['admin', 'user', 'viewer'],
  user: ['user', 'viewer'],
  viewer: ['viewer'],
  node: ['node'],
}

/** Whether somebody with these roles may hand on that one. */
export const covers = (roles: readonly Role[], role: Role): boolean => roles.some((each) => covered[each].includes(role))
