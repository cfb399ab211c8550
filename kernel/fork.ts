/**
 * A fork: the cluster as it stands, with a scheduler of its own, to try on it what would be. Nothing of it is stored, nobody is
 * told, no time passes outside, and it ends when the function that uses it returns.
 *
 * The plugins that decide (who tap admit, filter, score or preempt) are applied anew, so that what their hooks captured is the
 * fork's. What such a plugin may rely on there: `state`, `durable`, `scheduler`, `commit`, `newId` and `clock.now` are the fork's;
 * services are the real ones, to be read and not changed; listeners, timers, start, stop, operations, `persist` and `load` do
 * nothing. So a rule decides by what it reads from the state, from its candidates or board, and from services, and not by what
 * it has gathered in listeners or outside `apply`.
 */
import { effectScope } from '@vue/reactivity'
import type { Origin } from './changes.ts'
import type { Clock } from './clock.ts'
import { Committer } from './commit.ts'
import { createHooks, type HookName } from './hooks.ts'
import { silent } from './log.ts'
import type { Plugin, PluginKernel } from './plugin.ts'
import { Scheduler } from './scheduling/scheduler.ts'
import type { Services } from './services.ts'
import type { State } from './state.ts'
import type { Transaction } from './transaction.ts'

/** A plugin that taps one of these is applied to a fork. */
export const DECIDING: readonly HookName[] = ['admit', 'filter', 'score', 'preempt']

/** A rule that keeps waking pods for ever would hang the process; so many turns of the scheduler in one call are an error. */
const TURNS_MAX = 1_000_000

export interface Fork {
  readonly state: State
  readonly scheduler: Pick<Scheduler, 'usageOf' | 'judge' | 'explain' | 'nominate' | 'facts' | 'pending'>
  /** As the real one, `admit` included, and done when it returns. @throws KernelError what `write` or a plugin refuses with; nothing has changed then */
  readonly commit: <T>(origin: Origin, write: (transaction: Transaction) => T) => T
  /** Places everything that can be placed, as the real loop does. Pods that were asked to stop go on stopping: nobody stops them here. */
  readonly settle: () => void
}

export interface ForkOptions {
  /** What is forked; nobody may change it before `use` has returned. */
  readonly state: State
  readonly services: Services
  /** Those that decide, in order. */
  readonly plugins: readonly Plugin[]
  /** epoch ms: what the time is in the fork */
  readonly now: number
}

/** @returns what `use` returns; it cannot be async, because the fork has ended by then */
export function runFork<T>({ state: original, services, plugins, now }: ForkOptions, use: (fork: Fork) => T): T {
  const state = original.copy()
  const hooks = createHooks()
  const clock = new ForkClock(now)
  const newId = idMaker()
  const committer = new Committer({ state, hooks: () => hooks, clock, newId, log: silent })
  const scheduler = new Scheduler({ state, committer, hooks: () => hooks, clock, log: silent })
  const scope = effectScope(true)
  const parts = { state, committer, scheduler, hooks, services, clock, newId }
  scope.run(() => plugins.forEach((plugin) => plugin.apply(faceOf(plugin, parts))))
  scheduler.start()
  try {
    return use({ state, scheduler, commit: (origin, write) => commitNow(committer, origin, write), settle: () => clock.run() })
  } finally {
    scheduler.stop()
    scope.stop()
  }
}

/** A commit is applied in memory before the call returns; its promise tells of the store, and a fork has none. */
function commitNow<T>(committer: Committer, origin: Origin, write: (transaction: Transaction) => T): T {
  let outcome: { readonly value: T } | { readonly error: unknown } | undefined
  const told = committer.commit(origin, (transaction) => {
    try {
      const value = write(transaction)
      outcome = { value }
      return value
    } catch (error) {
      outcome = { error }
      throw error
    }
  })
  // What it rejects with is thrown below.
  told.catch(() => undefined)
  if (!outcome) throw new Error('a commit to a fork was not made at once')
  if ('error' in outcome) throw outcome.error
  return outcome.value
}

/** Time stands still in a fork but for what the scheduler waits for. */
class ForkClock implements Clock {
  #now: number
  #waiting: { readonly at: number; readonly run: () => void }[] = []

  constructor(now: number) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.#now + ms, run }
    this.#waiting.push(timer)
    return () => {
      this.#waiting = this.#waiting.filter((each) => each !== timer)
    }
  }

  every(): () => void {
    return nothing
  }

  /** Runs what waits, and what that leads to, in the order of time. */
  run(): void {
    for (let turns = 0; this.#waiting.length > 0; turns += 1) {
      if (turns === TURNS_MAX) throw new Error(`the scheduler of a fork found no end in ${TURNS_MAX} turns`)
      const next = this.#waiting.reduce((first, each) => (each.at < first.at ? each : first))
      this.#waiting.splice(this.#waiting.indexOf(next), 1)
      this.#now = Math.max(this.#now, next.at)
      next.run()
    }
  }
}

/** The same ids in each fork, so that the same question has the same answer. */
function idMaker(): () => string {
  let count = 0
  return () => {
    count += 1
    return `ffffffff-ffff-4fff-bfff-${count.toString(16).padStart(12, '0')}`
  }
}

interface Parts {
  readonly state: State
  readonly committer: Committer
  readonly scheduler: Scheduler
  readonly hooks: ReturnType<typeof createHooks>
  readonly services: Services
  readonly clock: Clock
  readonly newId: () => string
}

const nothing = (): void => undefined
const unheard = { tap: nothing, tapPromise: nothing }
const refuse = (): never => {
  throw new Error('a fork answers no calls, and has no plugins or forks of its own')
}

/** The kernel as a plugin sees it in a fork. */
function faceOf({ name }: Plugin, { state, committer, scheduler, hooks, services, clock, newId }: Parts): PluginKernel {
  const { admit, filter, score, preempt } = hooks
  return {
    hooks: { admit, filter, score, preempt, persist: unheard, load: unheard } as unknown as PluginKernel['hooks'],
    operations: {
      authenticate: unheard,
      authorize: unheard,
      replay: unheard,
      define: nothing,
      extend: nothing,
      all: () => [],
      get: () => undefined,
      judge: refuse,
      identify: refuse,
      allow: refuse,
      run: refuse,
    } as unknown as PluginKernel['operations'],
    kinds: { define: nothing },
    state,
    durable: state,
    scheduler,
    clock: { now: () => clock.now(), after: () => nothing, every: () => nothing },
    log: silent,
    newId,
    revision: () => committer.revision,
    commit: (origin, write) => committer.commit(origin, write),
    onApplied: nothing,
    onDurable: nothing,
    onStart: nothing,
    onStop: nothing,
    provide: nothing,
    need: (service) => services.need(name, service),
    plugins: () => [],
    enable: refuse,
    disable: refuse,
    isReady: () => true,
    fork: refuse,
  }
}
