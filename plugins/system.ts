/**
 * Is it alive, is it ready, and what is it made of: /health, /ready and the list of plugins.
 * Ready means that the state is loaded, the scheduler runs and the store takes commits.
 */
import { Type } from 'typebox'
import { KernelError, strict, type Plugin } from '../kernel/index.ts'

const PluginStatus = strict({ name: Type.String(), after: Type.Array(Type.String()), hooks: Type.Array(Type.String()) })

export const system = (): Plugin => ({
  name: 'system',
  after: ['supabase'],
  apply({ operations, need, isReady, plugins, revision, scheduler }) {
    operations.define({
      name: 'system.health',
      summary: 'Alive',
      http: 'GET /health',
      permission: null,
      isAlwaysOpen: true,
      input: strict({}),
      output: strict({ status: Type.Literal('ok') }),
      handle: () => ({ status: 'ok' as const }),
    })
    operations.define({
      name: 'system.ready',
      summary: 'The store takes commits and the scheduler runs',
      http: 'GET /ready',
      permission: null,
      isAlwaysOpen: true,
      input: strict({}),
      output: strict({ status: Type.Literal('ready'), revision: Type.Integer(), podsPending: Type.Integer() }),
      errors: ['NOT_READY', 'STORE_UNAVAILABLE'],
      handle() {
        if (!isReady()) throw new KernelError('NOT_READY', 'the state is being loaded, or another control plane leads')
        const away = need('storeHealth').away()
        if (away !== undefined) throw new KernelError('STORE_UNAVAILABLE', away)
        return { status: 'ready' as const, revision: revision(), podsPending: scheduler.pending }
      },
    })
    operations.define({
      name: 'plugins.list',
      summary: 'The enabled plugins, in order, and the hooks that they tap',
      http: 'GET /api/plugins',
      permission: 'system:read',
      input: strict({}),
      output: strict({ items: Type.Array(PluginStatus), nextCursor: Type.Null() }),
      handle: () => ({
        items: plugins().map(({ name, after, hooks }) => ({ name, after: [...after], hooks: [...hooks] })),
        nextCursor: null,
      }),
    })
  },
})
