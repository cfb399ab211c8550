/**
 * Complete, frozen records from the few fields that a test is about; everything else is a plain, valid default.
 * A node is online and large, a pack has its bundle, a pod is pending and asks for nothing.
 */
import type { Namespace, Pack } from '../../kernel/schema/index.ts'
import { CREATED_AT, freeze } from '../../plugins/drop-ins/testing/builders.ts'
import { idMaker } from './ids.ts'

export { aNode, aPod, type NodeFields, type PodFields } from '../../plugins/drop-ins/testing/builders.ts'

/** Apart from those of nodes and pods. */
const nextId = idMaker(0xe)
const counts = { pack: 0, namespace: 0 }
const nextName = (noun: keyof typeof counts) => `${noun}-${++counts[noun]}`

const meta = () => ({ id: nextId(), createdAt: CREATED_AT, updatedAt: CREATED_AT, resourceVersion: 1 })

export function aPack(fields: Partial<Pack> = {}): Pack {
  return freeze({
    ...meta(),
    name: nextName('pack'),
    version: '1.0.0',
    runtimeTag: 'universal',
    ownerId: null,
    visibility: 'public',
    description: '',
    bundle: { path: 'bundles/0'.padEnd(72, '0'), sha256: ''.padEnd(64, '0'), bytes: 100 },
    metadata: {},
    labels: {},
    annotations: {},
    ...fields,
  })
}

/** The three fields by which a pod names its pack. */
export const ofPack = (pack: Pack) => ({ packId: pack.id, packName: pack.name, packVersion: pack.version })

export function aNamespace(fields: Partial<Namespace> = {}): Namespace {
  return freeze({
    ...meta(),
    name: nextName('namespace'),
    phase: 'active',
    resourceQuota: null,
    limitRange: null,
    labels: {},
    annotations: {},
    ...fields,
  })
}
