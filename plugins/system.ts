/**
 * Is it alive, and is it ready: /health and /ready.
 * Ready means that the state is loaded, the scheduler runs and the store takes commits.
 */
import { Type } from 'typebox'
import { KernelError, strict, type Plugin } from '../kernel/index.ts'

export const system = (): Plugin => ({
  name: 'system',
  after: ['supabase'],
  apply({ operations, need, isReady, revision, scheduler }) {
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
  },
})
