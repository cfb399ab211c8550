/**
 * The extension points, in the order that a pod meets them, each with its contract. A plugin taps them in `apply`; a tap
 * carries the plugin's name. Enabling or disabling a plugin builds a new set and swaps it in between two scheduling passes.
 */
import { AsyncSeriesHook, SyncBailHook, SyncHook, SyncWaterfallHook } from 'tapable'
import type { ChangeSet, Origin } from './changes.ts'
import { interpret } from './interpret.ts'
import type { CandidateSet } from './scheduling/candidates.ts'
import type { PreemptRequest, Nomination } from './scheduling/preemption.ts'
import type { ScoreBoard } from './scheduling/score-board.ts'
import type { Entity } from './schema/index.ts'
import type { State } from './state.ts'

/** What `admit` knows beside the draft. */
export interface Admission {
  readonly kind: string
  /** The record that is about to be changed; undefined when it is about to be created. */
  readonly before: Entity | undefined
  readonly origin: Origin
  /** The state with everything in it that this commit has done so far. */
  readonly state: State
}

/** A change set that is still being written: taps of `persist` that run before the store may add to it. */
export interface Draft extends ChangeSet {
  /** Adds a record to this commit, with the commit's own time and revision; it is not judged by `admit`. */
  create(kind: string, record: object): void
}

/** What the store held when this process began. */
export interface Loading {
  put(kind: string, records: readonly Entity[]): void
  /** The highest revision ever committed. */
  revision: number
}

/** A waterfall whose taps may also leave the record as it is, by returning nothing. */
interface AdmitHook {
  tap(
    options: string | { readonly name: string; readonly stage?: number },
    fn: (record: Entity, admission: Admission) => Entity | undefined | void,
  ): void
  call(record: Entity, admission: Admission): Entity
}

export const createHooks = () => ({
  /**
   * Completes and judges a record that somebody asks to create or change. Gets the draft, returns a changed copy or nothing;
   * throws a KernelError to refuse. Synchronous, because judging and applying are one step: what it counted still holds.
   */
  admit: interpret(new SyncWaterfallHook<[record: Entity, admission: Admission]>(['record', 'admission'])) as unknown as AdmitHook,
  /** Describes where pods of one class may run. Called once per class, not per node; the functions given to it are. */
  filter: interpret(new SyncHook<[candidates: CandidateSet]>(['candidates'])),
  /** Describes which of the feasible nodes a class prefers. */
  score: interpret(new SyncHook<[board: ScoreBoard]>(['board'])),
  /** Proposes whom to evict for a pod that fits nowhere. The first answer wins; undefined is "not mine". */
  preempt: interpret(new SyncBailHook<[request: PreemptRequest], Nomination | undefined>(['request'])),
  /**
   * Makes a change set durable. Synchronous taps run first and in the same step as the commit: they may add records to the
   * draft (history, events). The store taps with a promise and stage 100: it resolves when the change set is durable, in
   * order, and rejects when it will never be. A store that rejects one rejects all that it accepted after it.
   */
  persist: interpret(new AsyncSeriesHook<[draft: Draft]>(['draft'])),
  /** The counterpart of persist, at start: fills the state with what the store holds. */
  load: interpret(new AsyncSeriesHook<[loading: Loading]>(['loading'])),
})

export type Hooks = ReturnType<typeof createHooks>
export type HookName = keyof Hooks
/** The stage of the tap that writes to the store: everything that adds to a change set comes before it. */
export const STORE_STAGE = 100
