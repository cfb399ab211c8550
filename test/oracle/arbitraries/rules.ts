/** What a pod says of where it would run: node selector and affinity, pod affinity and anti-affinity, topology spread, policy. */
import fc from 'fast-check'
import type { NodeSelectorTerm, Pod, PodAffinityTerm } from '../../../kernel/schema/index.ts'
import { maybeSelector, namespaceSelector, NAMESPACES, rarely, topologyKey, ZONE } from './labels.ts'

const nodeRequirement = fc.oneof(
  fc.record({
    key: fc.constantFrom(ZONE, 'rack', 'generation', 'constructor'),
    operator: fc.constantFrom('In' as const, 'NotIn' as const),
    values: fc.uniqueArray(fc.constantFrom('a', 'b', 'r1', 'r2', '', '10'), { maxLength: 4 }),
  }),
  fc.record({ key: fc.constantFrom(ZONE, 'rack', 'constructor'), operator: fc.constantFrom('Exists' as const, 'DoesNotExist' as const) }),
  fc.record({
    key: fc.constant('generation'),
    operator: fc.constantFrom('Gt' as const, 'Lt' as const),
    values: rarely(['7'], fc.array(fc.constantFrom('1', '09', '-5', 'x', '9999999999999999999'), { minLength: 1, maxLength: 2 }), 2),
  }),
)
const nodeField = fc.record({
  key: rarely('metadata.name', fc.constant('metadata.uid'), 8),
  operator: fc.constantFrom('In' as const, 'NotIn' as const),
  values: fc.array(fc.constantFrom('n00', 'n01'), { minLength: 1, maxLength: 2 }),
})
export const nodeTerm: fc.Arbitrary<NodeSelectorTerm> = fc.record(
  { matchExpressions: fc.array(nodeRequirement, { maxLength: 2 }), matchFields: fc.array(nodeField, { maxLength: 1 }) },
  { requiredKeys: [] },
)
const weight = fc.constantFrom(1, 2, 50, 100)

const podTerm: fc.Arbitrary<PodAffinityTerm> = fc.record(
  {
    topologyKey,
    labelSelector: maybeSelector,
    namespaces: rarely([] as string[], fc.uniqueArray(fc.constantFrom(...NAMESPACES, 'missing'), { maxLength: 2 }), 3),
    namespaceSelector: rarely(null, namespaceSelector, 3),
  },
  { requiredKeys: ['topologyKey', 'labelSelector'] },
) as fc.Arbitrary<PodAffinityTerm>
const required = fc.array(podTerm, { minLength: 1, maxLength: 2 })
const preferred = fc.array(fc.record({ weight, podAffinityTerm: podTerm }), { minLength: 1, maxLength: 2 })
const podRules = fc.oneof(
  fc.record({ requiredDuringSchedulingIgnoredDuringExecution: required }),
  fc.record({ preferredDuringSchedulingIgnoredDuringExecution: preferred }),
  fc.record({ requiredDuringSchedulingIgnoredDuringExecution: required, preferredDuringSchedulingIgnoredDuringExecution: preferred }),
)

const spreadConstraint = fc.record(
  {
    topologyKey,
    maxSkew: fc.constantFrom(1, 1, 2, 3),
    whenUnsatisfiable: fc.constantFrom('DoNotSchedule' as const, 'ScheduleAnyway' as const),
    labelSelector: maybeSelector,
    minDomains: rarely(null, fc.constantFrom(1, 2, 3), 2),
    nodeAffinityPolicy: fc.constantFrom('Honor' as const, 'Ignore' as const),
    nodeTaintsPolicy: fc.constantFrom('Honor' as const, 'Ignore' as const),
    matchLabelKeys: rarely([] as string[], fc.uniqueArray(fc.constantFrom('rev', 'tier', 'constructor'), { maxLength: 2 }), 3),
  },
  { requiredKeys: ['topologyKey', 'maxSkew', 'whenUnsatisfiable'] },
)

const requiredNodes = fc.record({ nodeSelectorTerms: rarely(null, fc.array(nodeTerm, { minLength: 1, maxLength: 3 }), 8) })
const features = fc.record({
  nodeSelector: fc.oneof(fc.record({ [ZONE]: fc.constantFrom('a', 'b') }), fc.record({ rack: fc.constantFrom('r1', '') })),
  nodeAffinity: fc.record(
    {
      requiredDuringSchedulingIgnoredDuringExecution: rarely(null, requiredNodes, 2),
      preferredDuringSchedulingIgnoredDuringExecution: fc.array(fc.record({ weight, preference: nodeTerm }), { maxLength: 3 }),
    },
    { requiredKeys: [] },
  ),
  podAffinity: podRules,
  podAntiAffinity: podRules,
  topologySpreadConstraints: fc.array(spreadConstraint, { minLength: 1, maxLength: 3 }),
  schedulingPolicy: fc.constantFrom('spread' as const, 'binpack' as const, 'random' as const, 'affinity' as const, 'least_loaded' as const),
})
type Feature = keyof (typeof features extends fc.Arbitrary<infer F> ? F : never)
const FEATURES: readonly Feature[] = [
  'nodeSelector',
  'nodeAffinity',
  'podAffinity',
  'podAntiAffinity',
  'topologySpreadConstraints',
  'schedulingPolicy',
]

const only = (names: fc.Arbitrary<readonly Feature[]>): fc.Arbitrary<Pod['scheduling']> =>
  fc.tuple(names, features).map(([wanted, all]) => pick(all, wanted))

const pick = <T extends object>(all: T, wanted: readonly (keyof T)[]): Partial<T> =>
  Object.fromEntries(wanted.map((name) => [name, all[name]])) as Partial<T>

/** None, one or some of them; all at once leave no node feasible. */
export const scheduling = fc.oneof(
  { weight: 2, arbitrary: fc.constant<Pod['scheduling']>({}) },
  { weight: 4, arbitrary: only(fc.constantFrom(...FEATURES.map((name) => [name]))) },
  { weight: 2, arbitrary: only(fc.subarray([...FEATURES], { maxLength: 3 })) },
  { weight: 1, arbitrary: only(fc.constant(FEATURES)) },
)

/** Rules about other pods alone, one or two. */
export const neighbourhood = only(
  fc.subarray(['podAffinity', 'podAntiAffinity', 'topologySpreadConstraints'], { minLength: 1, maxLength: 2 }),
)
