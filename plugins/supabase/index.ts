/**
 * The durable store: Supabase, embedded or given. Taps load and persist (the last of its taps: what others add to a change set
 * is in it), and provides the services bundles, logStore, identities, auditStore and storeHealth.
 */
import { STORE_STAGE, type Entity, type Plugin } from '../../kernel/index.ts'
import type { Store } from './store.ts'

export const supabase = (store: Store): Plugin => ({
  name: 'supabase',
  apply({ hooks, provide, onStop }) {
    hooks.load.tapPromise('supabase', async (loading) => {
      const { revision } = await store.load((kind: string, records: Entity[]) => loading.put(kind, records))
      loading.revision = revision
    })
    hooks.persist.tapPromise({ name: 'supabase', stage: STORE_STAGE }, (draft) => store.persist(draft))
    provide('bundles', store.bundles)
    provide('logStore', store.logs)
    provide('identities', store.identities)
    provide('auditStore', store.audit)
    provide('storeHealth', { away: () => store.away })
    onStop(() => store.close())
  },
})
