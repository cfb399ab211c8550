/**
 * The one writer. A commit is applied in memory at once, so that the next reader, the scheduler and every quota see it, and
 * resolves when the store has made it durable. Nothing leaves the process before that: callers read the durable view, and
 * watches and agents follow `onDurable`. When the store fails one commit for good, it and all later ones are undone, newest
 * first, and each caller is told.
 */
import type { Change, ChangeSet, Origin } from './changes.ts'
import type { Clock } from './clock.ts'
import { Durable } from './durable.ts'
import type { Hooks } from './hooks.ts'
import type { Log } from './log.ts'
import type { State } from './state.ts'
import { Transaction } from './transaction.ts'

type Listener = (changeSet: ChangeSet) => void

interface Underway {
  readonly changeSet: ChangeSet
  readonly resolve: (changeSet: ChangeSet) => void
  readonly reject: (error: unknown) => void
  isDurable: boolean
}

export interface CommitterOptions {
  readonly state: State
  readonly hooks: () => Hooks
  readonly clock: Clock
  readonly newId: () => string
  readonly log: Log
}

export class Committer {
  readonly durable: Durable
  readonly #options: CommitterOptions
  readonly #underway: Underway[] = []
  readonly #applied = new Set<Listener>()
  readonly #durable = new Set<Listener>()
  #revision = 0
  #durableRevision = 0

  constructor(options: CommitterOptions) {
    this.#options = options
    this.durable = new Durable(options.state)
  }

  /** The revision of the newest commit, durable or not. */
  get revision(): number {
    return this.#revision
  }

  get durableRevision(): number {
    return this.#durableRevision
  }

  /** The store's revision, at start. */
  begin(revision: number): void {
    this.#revision = revision
    this.#durableRevision = revision
  }

  /**
   * Runs `write` and makes what it did durable, all of it or nothing.
   * @returns what `write` returned, once it is durable
   * @throws KernelError what `write` or a plugin refused with, or STORE_UNAVAILABLE; nothing has changed then
   */
  async commit<T>(origin: Origin, write: (transaction: Transaction) => T): Promise<T> {
    const { state, clock, newId } = this.#options
    const hooks = this.#options.hooks()
    const transaction = new Transaction({ state, hooks, revision: this.#revision + 1, at: clock.now(), origin, newId })
    let value: T
    let persisted: Promise<void>
    try {
      value = write(transaction)
      if (transaction.isEmpty) return value
      persisted = hooks.persist.promise(transaction)
    } catch (error) {
      transaction.undo()
      state.flush()
      throw error
    }
    await this.#track(transaction, persisted)
    return value
  }

  /** Called with each commit as it is applied in memory, and with its inverse if it is undone. @returns what ends it */
  onApplied(listener: Listener): () => void {
    this.#applied.add(listener)
    return () => this.#applied.delete(listener)
  }

  /** Called with each commit once it is durable, in order. @returns what ends it */
  onDurable(listener: Listener): () => void {
    this.#durable.add(listener)
    return () => this.#durable.delete(listener)
  }

  #track({ revision, at, origin, changes }: Transaction, persisted: Promise<void>): Promise<ChangeSet> {
    const changeSet: ChangeSet = { revision, at, origin, changes }
    this.#revision = revision
    this.durable.hold(changes)
    const settled = new Promise<ChangeSet>((resolve, reject) => {
      const underway: Underway = { changeSet, resolve, reject, isDurable: false }
      this.#underway.push(underway)
      persisted.then(
        () => this.#settle(underway),
        (error: unknown) => this.#undoFrom(underway, error),
      )
    })
    this.#options.state.flush()
    this.#tell(this.#applied, changeSet)
    return settled
  }

  #settle(underway: Underway): void {
    underway.isDurable = true
    while (this.#underway[0]?.isDurable) {
      const first = this.#underway.shift()
      if (!first) return
      this.durable.release(first.changeSet.changes)
      this.#durableRevision = first.changeSet.revision
      first.resolve(first.changeSet)
      this.#tell(this.#durable, first.changeSet)
    }
  }

  #undoFrom(failed: Underway, error: unknown): void {
    const from = this.#underway.indexOf(failed)
    if (from < 0) return
    const { state, log } = this.#options
    const undone = this.#underway.splice(from).toReversed()
    log.warn('commits undone: the store refused', {
      commits: undone.length,
      revision: failed.changeSet.revision,
      error: String(error),
      cause: causeOf(error),
    })
    for (const { changeSet } of undone) {
      const inverse = changeSet.changes.toReversed().map(invert)
      for (const change of inverse) state.kind(change.kind).table.set(change.id, change.op === 'put' ? change.record : undefined)
      this.durable.drop(changeSet.changes)
      this.#revision = changeSet.revision - 1
      state.flush()
      this.#tell(this.#applied, { ...changeSet, changes: inverse })
    }
    for (const { reject } of undone) reject(error)
  }

  #tell(listeners: ReadonlySet<Listener>, changeSet: ChangeSet): void {
    for (const listener of listeners) listener(changeSet)
  }
}

/** Why the store refused, in its own words, which are for the log and not for the caller. */
const causeOf = (error: unknown): unknown => (error instanceof Error ? error.cause : undefined)

function invert(change: Change): Change {
  const { kind, id, before } = change
  if (change.op === 'delete') return { op: 'put', kind, id, record: change.before, before: undefined }
  return before ? { op: 'put', kind, id, record: before, before: change.record } : { op: 'delete', kind, id, before: change.record }
}
