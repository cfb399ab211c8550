/** Change sets as the kernel makes them: revisions grow by one, and records carry the revision of their last change. */
import type { ChangeSet } from '../../../kernel/changes.ts'
import type { Entity } from '../../../kernel/schema/common.ts'
import type { Store } from '../../../plugins/supabase/store.ts'

/** A record to be written, and what it was. */
export interface Wish {
  readonly kind: string
  readonly record?: Entity
  readonly before?: Entity
}

export const creating = (kind: string, record: Entity): Wish => ({ kind, record })
export const updating = (kind: string, before: Entity, fields: object): Wish => ({ kind, record: { ...before, ...fields }, before })
export const removing = (kind: string, before: Entity): Wish => ({ kind, before })

export class Writer {
  readonly store: Store
  revision: number

  constructor(store: Store, revision: number) {
    this.store = store
    this.revision = revision
  }

  /** One change set, not sent yet. */
  changeSet(...wishes: readonly Wish[]): ChangeSet {
    const revision = ++this.revision
    return {
      revision,
      at: 0,
      origin: { actorId: 'tester' },
      changes: wishes.map(({ kind, record, before }) => {
        if (record) return { op: 'put', kind, id: record.id, record: { ...record, resourceVersion: revision }, before }
        if (before) return { op: 'delete', kind, id: before.id, before }
        throw new Error('a wish is for a record or against one')
      }),
    }
  }

  /** Makes one change set durable. @returns the records as they are now */
  async write<T extends Entity = Entity>(...wishes: readonly Wish[]): Promise<T[]> {
    const changeSet = this.changeSet(...wishes)
    await this.store.persist(changeSet)
    return changeSet.changes.flatMap((change) => (change.op === 'put' ? [change.record as T] : []))
  }
}

export type Loaded = Map<string, Map<string, Entity>>

/** Opens, leads and reads everything. */
export async function load(store: Store): Promise<{ writer: Writer; records: Loaded }> {
  const records: Loaded = new Map()
  const { revision } = await store.load((kind, page) => {
    const known = records.get(kind) ?? new Map<string, Entity>()
    for (const record of page) known.set(record.id, record)
    records.set(kind, known)
  })
  return { writer: new Writer(store, revision), records }
}
