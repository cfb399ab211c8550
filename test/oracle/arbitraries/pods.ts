/** Packs and pods: few that ask for much, of few priorities and ages. */
import fc from 'fast-check'
import type { Pack, Pod, Toleration } from '../../../kernel/schema/index.ts'
import { aPack, aPod } from '../../support/builders.ts'
import { idOf } from '../ids.ts'
import { namespaceName, podLabels, rarely } from './labels.ts'
import { nodeId } from './nodes.ts'
import { scheduling } from './rules.ts'

const PACKS = 0xa0
export const packs: readonly Pack[] = [
  aPack({ id: idOf(PACKS, 0), name: 'anywhere', runtimeTag: 'universal' }),
  aPack({ id: idOf(PACKS, 1), name: 'server', runtimeTag: 'node' }),
  aPack({ id: idOf(PACKS, 2), name: 'page', runtimeTag: 'browser' }),
  aPack({ id: idOf(PACKS, 3), name: 'modern', runtimeTag: 'universal', metadata: { minNodeVersion: '20.0.0' } }),
]

const amounts = fc.record(
  { cpu: fc.constantFrom(0, 100, 300, 300, 600, 600), memory: fc.constantFrom(0, 100, 500), storage: fc.constantFrom(0, 60) },
  { requiredKeys: [] },
)
export const toleration: fc.Arbitrary<Toleration> = fc.record(
  {
    key: fc.constantFrom('gpu', 'spot', 'node.kubernetes.io/unschedulable', ''),
    operator: fc.constantFrom('Equal' as const, 'Exists' as const, 'Exists' as const),
    value: fc.constantFrom('', 'yes'),
    effect: fc.constantFrom('' as const, 'NoSchedule' as const, 'NoExecute' as const, 'PreferNoSchedule' as const),
  },
  { requiredKeys: [] },
)

export interface PodSpec {
  readonly namespace: string
  readonly pack: number
  readonly labels: Pod['labels']
  readonly requests: Pod['resources']['requests']
  readonly tolerations: Toleration[]
  readonly scheduling: Pod['scheduling']
  readonly priority: number
  readonly preemptionPolicy: Pod['preemptionPolicy']
  readonly nodeName: string | null
  /** seconds after the beginning; several pods may share one */
  readonly age: number
}
const priority = fc.constantFrom(-5, 0, 0, 10, 1000)
export const podSpec: fc.Arbitrary<PodSpec> = fc.record({
  namespace: namespaceName,
  pack: rarely(0, fc.nat(packs.length - 1), 10),
  labels: podLabels,
  requests: amounts,
  tolerations: rarely([] as Toleration[], fc.array(toleration, { minLength: 1, maxLength: 2 }), 2),
  scheduling,
  priority,
  preemptionPolicy: rarely('PreemptLowerPriority' as const, fc.constant('Never' as const), 8),
  nodeName: rarely(null, fc.constantFrom('n00', nodeId(1), 'n02'), 20),
  age: fc.nat(3),
})

const PODS = 0xc0
export const podId = (index: number): string => idOf(PODS, index)
const at = (seconds: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds)).toISOString()

export function podOfSpec(spec: PodSpec, index: number, placed: Partial<Pod> = {}): Pod {
  const { pack, age, requests, ...fields } = spec
  const { id: packId, name: packName, version: packVersion } = packs[pack] ?? aPack()
  return aPod({
    ...fields,
    id: podId(index),
    name: `p${index}`,
    packId,
    packName,
    packVersion,
    resources: { requests },
    createdAt: at(age),
    ...placed,
  })
}

/** How a placed pod stands: most run. */
export const standing: fc.Arbitrary<Partial<Pod>> = rarely(
  { status: 'running' },
  fc.oneof(
    fc.constantFrom<Partial<Pod>>(
      { status: 'scheduled' },
      { status: 'unknown' },
      { status: 'stopping' },
      { status: 'running', deletedAt: at(9) },
      { status: 'stopping', deletedAt: at(9) },
    ),
    fc.constantFrom<Partial<Pod>>({ status: 'succeeded' }, { status: 'failed' }, { status: 'evicted' }, { status: 'stopped' }),
    fc.nat(3).map((seconds) => ({ status: 'running' as const, startedAt: at(seconds) })),
  ),
  3,
) as fc.Arbitrary<Partial<Pod>>
