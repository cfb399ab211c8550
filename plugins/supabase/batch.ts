/** Change sets as one batch for commit_batch: rows by kind, and of a record that changes more than once only its last state. */
import type { Change, ChangeSet } from '../../kernel/changes.ts'
import { KernelError } from '../../kernel/index.ts'
import type { Row, RowCodec } from './rows.ts'

/** One change of one record, against the version that the database has to have; 0 when it has to have none. */
export interface RowChange {
  readonly kind: string
  readonly id: string
  readonly expected: number
  /** undefined when the record goes */
  readonly row: Row | undefined
}

/** A change set that was accepted: encoded, and weighed. */
export interface Encoded {
  readonly revision: number
  readonly changes: readonly RowChange[]
  readonly bytes: number
}

interface KindChanges {
  inserts?: Row[]
  updates?: Row[]
  deletes?: { id: string; expected: number }[]
}
export type KindsChanges = Record<string, KindChanges>

/** @throws KernelError INTERNAL for a kind that the database does not have */
export function encode({ revision, changes }: ChangeSet, codecs: ReadonlyMap<string, RowCodec>): Encoded {
  let bytes = 0
  const encoded = changes.map((change): RowChange => {
    const codec = codecs.get(change.kind)
    if (codec === undefined) throw new KernelError('INTERNAL', `the database has no table for ${change.kind}`)
    const row = change.op === 'put' ? codec.toRow(change.record) : undefined
    if (row) bytes += JSON.stringify(row).length
    return { kind: change.kind, id: change.id, expected: expectedVersion(change), row }
  })
  return { revision, changes: encoded, bytes }
}

const expectedVersion = ({ before }: Change) => before?.resourceVersion ?? 0

/** The net effect of several change sets, in their order. */
export function merge(sets: readonly Encoded[]): KindsChanges {
  const last = new Map<string, RowChange>()
  for (const change of sets.flatMap((set) => set.changes)) {
    const key = `${change.kind}/${change.id}`
    const first = last.get(key)
    last.set(key, first ? { ...change, expected: first.expected } : change)
  }
  const kinds: KindsChanges = {}
  for (const { kind, id, expected, row } of last.values()) {
    const changes = (kinds[kind] ??= {})
    if (row === undefined && expected > 0) (changes.deletes ??= []).push({ id, expected })
    else if (row && expected > 0) (changes.updates ??= []).push({ ...row, expected })
    else if (row) (changes.inserts ??= []).push(row)
    // Made and removed in one batch: the database never hears of it.
  }
  return kinds
}
