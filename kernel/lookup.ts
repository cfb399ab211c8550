/** How an object is named by a caller: by id, or by name where names are unique. */
import { KernelError } from './errors.ts'
import type { Entity, KindName, Kinds } from './schema/index.ts'
import type { Reader } from './state.ts'

/** @param key the name as the unique rule spells it. @throws KernelError NOT_FOUND */
export function lookUp<K extends KindName>(
  reader: Reader,
  kind: K,
  { ref, rule, key = ref }: { readonly ref: string; readonly rule: string; readonly key?: string },
): Kinds[K] {
  const record = reader.get(kind, ref) ?? reader.find(kind, rule, key)
  if (!record) throw new KernelError('NOT_FOUND', `there is no ${singular(kind)} "${ref}"`, { details: { kind, ref } })
  return record
}

/** @throws KernelError PRECONDITION_FAILED when the caller saw another version */
export function expectVersion(record: Entity, ifMatch: number | undefined): void {
  if (ifMatch === undefined || ifMatch === record.resourceVersion) return
  throw new KernelError('PRECONDITION_FAILED', `the object is at version ${record.resourceVersion}, not ${ifMatch}: read it again`, {
    details: { resourceVersion: record.resourceVersion },
  })
}

const singular = (kind: string): string =>
  kind
    .replace(/classes$/i, (word) => word.slice(0, -2))
    .replace(/s$/, '')
    .replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
