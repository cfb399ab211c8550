/**
 * How a node says that it goes, sleeps, or wants a rest: goodbye, suspend, pause and resume. What a goodbye and sleep lead to is
 * health.ts; a pause is a taint, so that it does not undo a cordon, and what follows is taint-eviction.ts.
 */
import { Type } from 'typebox'
import { Id, KernelError, lookUp, Node, strict, type Call, type PluginKernel, type Taint } from '../../kernel/index.ts'
import type { Alive } from './alive.ts'

const PAUSED: Taint = { key: 'stark/paused', effect: 'NoExecute' }

const Leaving = strict({
  id: Id,
  incarnation: Type.Optional(
    Type.Integer({ minimum: 0, description: 'of the agent that says so: what one says that has been followed by another is ignored' }),
  ),
})

export function definePresenceCalls(kernel: PluginKernel, alive: Map<string, Alive>): void {
  const { operations, clock, state, commit } = kernel
  const leaving = [
    ['goodbye', 'A node stops on purpose; unless it is back soon, its pods are lost', (known: Alive) => (known.goodbyeMs = clock.now())],
    ['suspend', 'A node sleeps: it counts as silent at once, and its pods are unknown', (known: Alive) => (known.isSuspended = true)],
  ] as const
  for (const [verb, summary, leave] of leaving) {
    operations.define({
      name: `nodes.${verb}`,
      summary,
      http: `POST /api/nodes/:id/${verb}`,
      permission: 'nodes:report',
      status: 204,
      input: Leaving,
      output: Type.Null(),
      errors: ['FORBIDDEN'],
      handle({ id, incarnation }, call) {
        mustBeItself(id, call)
        const known = alive.get(id)
        const isFollowed = incarnation !== undefined && incarnation < (state.get('nodes', id)?.incarnation ?? 0)
        if (known && !isFollowed) leave(known)
        return null
      },
    })
  }
  for (const [verb, isPaused, summary] of [
    ['pause', true, 'A node wants a rest: no new pods come to it, and its own leave, each with its grace period'],
    ['resume', false, 'A node has rested: pods may come to it again'],
  ] as const) {
    operations.define({
      name: `nodes.${verb}`,
      summary,
      http: `POST /api/nodes/:id/${verb}`,
      permission: 'nodes:report',
      input: strict({ id: Id }),
      output: Node,
      errors: ['FORBIDDEN', 'NOT_FOUND'],
      handle({ id }, call) {
        mustBeItself(id, call)
        const { taints } = lookUp(state, 'nodes', { ref: id, rule: 'name' })
        const others = taints.filter(({ key }) => key !== PAUSED.key)
        return commit(call.origin, (transaction) => transaction.amend('nodes', id, { taints: isPaused ? [...others, PAUSED] : others }))
      },
    })
  }
}

/** @throws KernelError FORBIDDEN when the call does not come from the node that it is about */
export function mustBeItself(id: string, { who }: Call): void {
  if (who.kind === 'node' && who.id === id) return
  throw new KernelError('FORBIDDEN', 'a node speaks for itself only')
}
