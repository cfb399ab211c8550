/**
 * A plugin from outside as the kernel gets it: the same plugin, but every function that it gives away is watched by a referee.
 * What throws or makes no sense keeps the meaning that it has for built-in plugins where that harms nobody else: a filter refuses
 * the node, a score is 0. Where it would stop everybody it is held back. What only a store may do is refused when it is enabled.
 */
import {
  KernelError,
  type Admission,
  type CandidateSet,
  type Entity,
  type Hooks,
  type Nomination,
  type Plugin,
  type PluginKernel,
  type PreemptRequest,
  type ScoreBoard,
} from '../../kernel/index.ts'
import { guardedBoard, guardedCandidates } from './checks.ts'
import { Nonsense, type Referee } from './referee.ts'
import { refusable, refusableLater } from './refusal.ts'
import { mustBeNomination } from './sense.ts'

/** How long the start or the stop of a plugin may take. */
const WAIT_MS_MAX = 5_000

export function guarded(plugin: Plugin, referee: Referee): Plugin {
  const { name, after = [] } = plugin
  let isEnabled = false
  return {
    name,
    after,
    apply(kernel) {
      const face = guardedFace(plugin, kernel, referee)
      // Again, for a fork: the question goes on without it.
      if (isEnabled) return referee.contained('apply', () => plugin.apply(face), { instead: undefined })()
      plugin.apply(face)
      isEnabled = true
    },
  }
}

function guardedFace({ name }: Plugin, kernel: PluginKernel, referee: Referee): PluginKernel {
  const { clock, scheduler } = kernel
  /** Others wait for this: after a while it goes on by itself. */
  const inTime = (where: string, run: () => unknown) => (): Promise<void> =>
    new Promise((resolve) => {
      const cancel = clock.after(WAIT_MS_MAX, () => {
        referee.fault(where, new Nonsense(`is not done after ${WAIT_MS_MAX} ms: nobody waits for it any longer`))
        resolve()
      })
      void referee.containedLater(where, run)().finally(cancel).then(resolve)
    })
  return {
    ...kernel,
    hooks: guardedHooks(name, kernel.hooks, referee),
    operations: guardedOperations(name, kernel.operations, referee),
    kinds: {
      define: () => {
        throw new Error('it defines a kind of objects, and the store has no table for it: keep what you need in annotations')
      },
    },
    clock: {
      now: () => clock.now(),
      after: (ms, run) => clock.after(ms, referee.containedLater('timer', run)),
      every: (ms, run) => clock.every(ms, referee.containedLater('timer', run)),
    },
    scheduler: {
      get pending() {
        return scheduler.pending
      },
      usageOf: (nodeId) => scheduler.usageOf(nodeId),
      judge: (pod) => scheduler.judge(pod),
      reconsider: () => scheduler.reconsider(),
      measure: () => {
        throw new Error('it measures the scheduler, where its stopwatch would be in every decision: read GET /metrics instead')
      },
    },
    onApplied: (listener) => kernel.onApplied(referee.containedLater('onApplied', listener)),
    onDurable: (listener) => kernel.onDurable(referee.containedLater('onDurable', listener)),
    onStart: (run) => kernel.onStart(inTime('onStart', run)),
    onStop: (run) => kernel.onStop(inTime('onStop', run)),
  }
}

/** tapable's types say more of each hook than is needed to hand a tap on. */
type Run = (...values: never[]) => unknown
type Tap = (options: unknown, fn: Run) => void

function guardedHooks(plugin: string, hooks: Hooks, referee: Referee): Hooks {
  const guard = <F extends Run>(hook: Exclude<keyof Hooks, 'load'>, watch: (fn: F) => Run) => ({
    tap(options: unknown, fn: F) {
      mustBeOwnName(plugin, hook, options)
      ;(hooks[hook] as unknown as { readonly tap: Tap }).tap(options, watch(fn))
    },
    tapPromise: onlyForStores(`${hook} with a promise`),
  })
  return {
    admit: guard('admit', (fn: Admit) => judging(plugin, fn, referee)),
    filter: guard('filter', (fn: (candidates: CandidateSet, ...more: unknown[]) => void) =>
      referee.watched('filter', (candidates: CandidateSet, ...more) => fn(guardedCandidates(candidates, referee), ...more)),
    ),
    score: guard('score', (fn: (board: ScoreBoard, ...more: unknown[]) => void) =>
      referee.watched('score', (board: ScoreBoard, ...more) => fn(guardedBoard(board, referee), ...more)),
    ),
    preempt: guard('preempt', (fn: (request: PreemptRequest) => Nomination | undefined) =>
      referee.contained('preempt', fn, { instead: undefined, check: mustBeNomination }),
    ),
    persist: guard('persist', (fn: Run) => referee.contained('persist', fn, { instead: undefined })),
    load: { tap: onlyForStores('load'), tapPromise: onlyForStores('load') },
  } as unknown as Hooks
}

const onlyForStores = (what: string) => (): never => {
  throw new Error(`it taps ${what}, which only a store does`)
}

function mustBeOwnName(plugin: string, hook: string, options: unknown): void {
  const name = typeof options === 'string' ? options : (options as { readonly name?: unknown } | undefined)?.name
  if (name !== plugin) throw new Error(`it taps ${hook} as "${String(name)}": its taps carry its own name, ${plugin}`)
}

/**
 * Who may call, and what of it is told. A fault here never lets anybody in: whoever judges and fails has refused, and whoever says
 * who calls and fails does not know.
 */
function guardedOperations(plugin: string, operations: PluginKernel['operations'], referee: Referee): PluginKernel['operations'] {
  const nothing = { referee, onFault: () => undefined }
  const guard = <F extends Run>(hook: 'authenticate' | 'authorize' | 'replay' | 'meter' | 'settled', watch: (fn: F) => Run) => {
    const forward = (method: 'tap' | 'tapPromise') => (options: unknown, fn: F) => {
      mustBeOwnName(plugin, hook, options)
      ;(operations[hook] as unknown as Record<typeof method, Tap>)[method](options, watch(fn))
    }
    return { tap: forward('tap'), tapPromise: forward('tapPromise') }
  }
  return {
    ...operations,
    authenticate: guard('authenticate', (fn: (...values: unknown[]) => Promise<unknown>) => refusableLater('authenticate', fn, nothing)),
    replay: guard('replay', (fn: (...values: unknown[]) => Promise<unknown>) => refusableLater('replay', fn, nothing)),
    authorize: guard('authorize', (fn: Run) =>
      refusable('authorize', fn, { referee, onFault: () => `plugin ${plugin} failed to say whether this may be done` }),
    ),
    meter: guard('meter', (fn: Run) => refusable('meter', fn, nothing)),
    settled: guard('settled', (fn: Run) => referee.contained('settled', fn, { instead: undefined })),
  } as unknown as PluginKernel['operations']
}

type Admit = (record: Entity, admission: Admission) => Entity | undefined | void

const judging = (plugin: string, fn: Admit, referee: Referee): Admit =>
  refusable('admit', fn, {
    referee,
    check(answer, { id }) {
      if (answer !== undefined && answer?.id !== id) throw new Nonsense('gave back something else than the record, changed or not')
    },
    onFault(error) {
      throw new KernelError('INTERNAL', `plugin ${plugin} failed to say whether this may be done: ${String(error)}`, { cause: error })
    },
  })
