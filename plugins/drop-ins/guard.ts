/**
 * A plugin from outside as the kernel gets it: the same plugin, but every function that it gives away is watched by a referee.
 * What throws or makes no sense keeps the meaning that it has for built-in plugins where that harms nobody else: a filter refuses
 * the node, a score is 0. Where it would stop everybody it is held back. What only a store may do is refused when it is enabled.
 */
import {
  codes,
  KernelError,
  type Admission,
  type CandidateSet,
  type Code,
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
  const { clock } = kernel
  /** Others wait for this: after a while it goes on by itself. */
  const inTime = (where: string, run: () => unknown) => (): Promise<void> =>
    new Promise((resolve) => {
      const cancel = clock.after(WAIT_MS_MAX, () => {
        referee.fault(where, new Nonsense(`is not done after ${WAIT_MS_MAX} ms: nobody waits for it any longer`))
        resolve()
      })
      void referee
        .containedLater(where, run)()
        .then(() => {
          cancel()
          resolve()
        })
    })
  return {
    ...kernel,
    hooks: guardedHooks(name, kernel.hooks, referee),
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

type Admit = (record: Entity, admission: Admission) => Entity | undefined | void

/** A refusal is an error with a code of the kernel's table; any other error is a fault, and what was asked for is not done. */
function judging(plugin: string, fn: Admit, referee: Referee): Admit {
  const judge = referee.watched('admit', (record: Entity, admission: Admission) => {
    try {
      const answer = fn(record, admission)
      if (answer !== undefined && answer?.id !== record.id) throw new Nonsense('gave back something else than the record, changed or not')
      return answer
    } catch (error) {
      const refusal = refusalIn(error)
      if (refusal) return refusal
      throw error
    }
  })
  return (record, admission) => {
    const answer = attempt(plugin, () => judge(record, admission))
    if (answer instanceof KernelError) throw answer
    return answer
  }
}

function attempt<T>(plugin: string, judge: () => T): T {
  try {
    return judge()
  } catch (error) {
    throw new KernelError('INTERNAL', `plugin ${plugin} failed to say whether this may be done: ${String(error)}`, { cause: error })
  }
}

/** A plugin that was compiled on its own has no KernelError of ours: any error with a code of the table is one. */
function refusalIn(error: unknown): KernelError | undefined {
  if (error instanceof KernelError) return error
  const { code, message } = error instanceof Error ? (error as Error & { readonly code?: unknown }) : { code: undefined, message: '' }
  return typeof code === 'string' && Object.hasOwn(codes, code) ? new KernelError(code as Code, message, { cause: error }) : undefined
}
