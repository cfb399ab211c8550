/** Who may do what: one table, from roles to permissions. */
import type { Role } from '../../kernel/index.ts'

const READS = ['cluster:read', 'namespaces:read', 'nodes:read', 'packs:read', 'pods:read', 'system:read', 'self:write']

const permissions: Readonly<Record<Role, readonly string[]>> = {
  admin: ['*'],
  user: [...READS, 'packs:write', 'pods:write', 'bundles:read'],
  viewer: READS,
  node: ['nodes:register', 'nodes:report', 'packs:read', 'pods:read', 'pods:report', 'bundles:read'],
}

/** A join token does one thing. */
export const JOIN_PERMISSIONS: readonly string[] = ['nodes:register']

export const permissionsOf = (roles: readonly Role[]): readonly string[] => [...new Set(roles.flatMap((role) => permissions[role]))]
