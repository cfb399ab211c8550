/**
 * A store in memory whose durability the test decides: the seam between the kernel and a store, with nothing of a database.
 * What a real store does is tested in test/contract.
 */
import { STORE_STAGE, type ChangeSet, type Entity, type Plugin } from '../../kernel/index.ts'

interface Waiting {
  readonly changeSet: ChangeSet
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

export class MemoryStore {
  /** What is durable, by kind and id. */
  readonly records = new Map<string, Map<string, Entity>>()
  readonly waiting: Waiting[] = []
  revision = 0
  /** Whether commits wait for `release`; otherwise each is durable at once. */
  isHeld = false
  refusal: Error | undefined

  plugin(): Plugin {
    return {
      name: 'memory-store',
      apply: ({ hooks }) => {
        hooks.load.tapPromise('memory-store', async (loading) => {
          for (const [kind, records] of this.records) loading.put(kind, [...records.values()])
          loading.revision = this.revision
        })
        hooks.persist.tapPromise({ name: 'memory-store', stage: STORE_STAGE }, (changeSet) => this.#accept(changeSet))
      },
    }
  }

  /** Makes the oldest commits that wait durable. */
  release(count = this.waiting.length): void {
    for (const { changeSet, resolve } of this.waiting.splice(0, count)) {
      this.#write(changeSet)
      resolve()
    }
  }

  /** The oldest commit that waits, and so every later one, is refused for good. */
  fail(error: Error): void {
    for (const { reject } of this.waiting.splice(0)) reject(error)
  }

  of<T extends Entity>(kind: string): T[] {
    return [...(this.records.get(kind)?.values() ?? [])] as T[]
  }

  #accept(changeSet: ChangeSet): Promise<void> {
    if (this.refusal) return Promise.reject(this.refusal)
    return new Promise((resolve, reject) => {
      // The change set is the kernel's transaction, which is complete by now: what it did is copied, as a database would.
      const { revision, at, origin, changes } = changeSet
      this.waiting.push({ changeSet: { revision, at, origin, changes: [...changes] }, resolve, reject })
      if (!this.isHeld) this.release()
    })
  }

  #write({ revision, changes }: ChangeSet): void {
    this.revision = revision
    for (const change of changes) {
      const table = this.records.get(change.kind) ?? new Map<string, Entity>()
      this.records.set(change.kind, table)
      if (change.op === 'put') table.set(change.id, change.record)
      else table.delete(change.id)
    }
  }
}
