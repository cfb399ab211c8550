/**
 * Where somebody may create: in the namespaces that he was let into, and with an API token in those of them that it names. Plugins,
 * which act for the cluster, may everywhere. Taps admit, so that a dry run is refused as the creation would be; provides access.
 */
import { KernelError, type Origin, type Plugin, type Reader } from '../../kernel/index.ts'

export const namespaceAccess = (): Plugin => ({
  name: 'namespace-access',
  after: ['namespaces'],
  apply({ hooks, provide, state }) {
    provide('access', { mayCreateIn: (origin, namespace) => mayCreateIn(state, origin, namespace) })
    hooks.admit.tap('namespace-access', (record, { before, origin, state }) => {
      if (before || !('namespace' in record) || typeof record.namespace !== 'string') return
      if (mayCreateIn(state, origin, record.namespace)) return
      throw new KernelError('FORBIDDEN', `you may not create in the namespace ${record.namespace}: an administrator can let you in`, {
        details: { namespace: record.namespace },
      })
    })
  },
})

/** Whether whoever asks was let in there. */
function mayCreateIn(state: Reader, { actorId, credentialId = '', roles }: Origin, namespace: string): boolean {
  if (!roles) return true
  const user = state.get('users', actorId)
  const lists = [
    user?.roles.includes('admin') ? undefined : (user?.namespaces ?? []),
    state.get('tokens', credentialId)?.namespaces ?? undefined,
  ]
  return lists.every((list) => list === undefined || list.includes('*') || list.includes(namespace))
}
