/**
 * Admission: priority, then limit range, then a missing request from the limit, then the cluster's defaults, then quota.
 * Sources: https://kubernetes.io/docs/concepts/policy/resource-quotas/ and /limit-range/,
 * https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/#how-to-use-priority-and-preemption
 */
import type { Amounts, ClusterConfig, Code, LimitRange, Namespace, Pod, PriorityClass } from '../../kernel/index.ts'
import { hasEnded, sum } from './cluster.ts'

const AMOUNTS = ['cpu', 'memory', 'storage'] as const

export interface Registry {
  readonly pods: readonly Pod[]
  readonly namespaces: readonly Namespace[]
  readonly priorityClasses: readonly PriorityClass[]
  readonly settings: Pick<ClusterConfig, 'defaultRequests' | 'defaultLimits'>
}

/** A pod as somebody asks for it. */
export type Asked = Pick<Pod, 'namespace' | 'resources' | 'priorityClassName'> & Partial<Pick<Pod, 'priority' | 'preemptionPolicy'>>
export type Admitted = Required<Asked>

export function admitNew(asked: Asked, registry: Registry): Admitted | Code {
  const classed = withPriority(asked, registry)
  if (typeof classed === 'string') return classed
  const range = registry.namespaces.find(({ name }) => name === asked.namespace)?.limitRange ?? null
  const ranged = range ? withRange(classed.resources, range) : classed.resources
  if (range && breaks(ranged, range)) return 'LIMIT_RANGE'
  const resources = withDefaults(ranged, registry)
  return exceeds(asked.namespace, { was: undefined, is: resources.requests }, registry) ? 'QUOTA_EXCEEDED' : { ...classed, resources }
}

/** An update of what a pod requests: only the difference is charged. */
export function admitChange(before: Pod, requests: Amounts, registry: Registry): 'admitted' | Code {
  const isFree = hasEnded(before)
  const change = isFree ? { was: undefined, is: undefined, requests } : { was: before.resources.requests, is: requests }
  return exceeds(before.namespace, change, registry) ? 'QUOTA_EXCEEDED' : 'admitted'
}

function withPriority(asked: Asked, { priorityClasses }: Registry): Admitted | Code {
  const isNamed = asked.priorityClassName !== null && asked.priorityClassName !== ''
  const defaults = priorityClasses.filter(({ globalDefault }) => globalDefault).toSorted((a, b) => a.value - b.value)
  const chosen = isNamed ? priorityClasses.find(({ name }) => name === asked.priorityClassName) : defaults[0]
  if (isNamed && !chosen) return 'UNKNOWN_PRIORITY_CLASS'
  const priority = chosen?.value ?? 0
  const preemptionPolicy = chosen?.preemptionPolicy ?? 'PreemptLowerPriority'
  if (asked.priority !== undefined && asked.priority !== priority) return 'PRIORITY_MISMATCH'
  if (asked.preemptionPolicy !== undefined && asked.preemptionPolicy !== preemptionPolicy) return 'PREEMPTION_POLICY_MISMATCH'
  return { ...asked, priorityClassName: chosen?.name ?? null, priority, preemptionPolicy }
}

/** What a stored limit range says by itself: a default limit is the maximum, a default request the default limit or else the minimum. */
export function storedRange(range: LimitRange): LimitRange {
  const limits: Record<string, number> = {}
  const requests: Record<string, number> = {}
  for (const amount of AMOUNTS) {
    const limit = range.default?.[amount] ?? range.max?.[amount]
    const request = range.defaultRequest?.[amount] ?? limit ?? range.min?.[amount]
    if (limit !== undefined) limits[amount] = limit
    if (request !== undefined) requests[amount] = request
  }
  return { ...range, default: limits, defaultRequest: requests }
}

function withRange({ requests, limits }: Pod['resources'], range: LimitRange): Pod['resources'] {
  return { requests: filled(requests, range.defaultRequest), limits: filled(limits, range.default) }
}

function filled(given: Amounts, defaults: Amounts = {}): Amounts {
  const all: Record<string, number> = {}
  for (const amount of AMOUNTS) {
    const value = given[amount] ?? defaults[amount]
    if (value !== undefined) all[amount] = value
  }
  return all
}

/** min needs a request, max needs a limit, the ratio needs both above 0; bounds are inclusive. */
const breaks = ({ requests, limits }: Pod['resources'], { min, max, maxLimitRequestRatio }: LimitRange): boolean =>
  AMOUNTS.some((amount) => {
    const request = requests[amount]
    const limit = limits[amount]
    const least = min?.[amount]
    const most = max?.[amount]
    const ratio = maxLimitRequestRatio?.[amount]
    if (least !== undefined && (request === undefined || request < least || (limit !== undefined && limit < least))) return true
    if (most !== undefined && (limit === undefined || limit > most || (request !== undefined && request > most))) return true
    return ratio !== undefined && (!request || !limit || limit / request > ratio)
  })

function withDefaults({ requests, limits }: Pod['resources'], { settings }: Registry): Pod['resources'] {
  const asked = filled(filled(requests, limits), settings.defaultRequests)
  const most: Record<string, number> = {}
  for (const amount of AMOUNTS) {
    const fallback = settings.defaultLimits[amount]
    const limit = limits[amount] ?? (fallback === undefined ? undefined : Math.max(fallback, asked[amount] ?? 0))
    if (limit !== undefined) most[amount] = limit
  }
  return { requests: asked, limits: most }
}

/** What the pods of a namespace hold of its quota: those that have ended hold nothing, those that wait do. */
export function usageOf(namespace: string, { pods }: Pick<Registry, 'pods'>): Record<'pods' | (typeof AMOUNTS)[number], number> {
  const charged = pods.filter((pod) => pod.namespace === namespace && !hasEnded(pod))
  const of = (amount: (typeof AMOUNTS)[number]) => sum(charged.map(({ resources }) => resources.requests[amount] ?? 0))
  return { pods: charged.length, cpu: of('cpu'), memory: of('memory'), storage: of('storage') }
}

interface Change {
  /** undefined: it is charged nothing. */
  readonly was: Amounts | undefined
  readonly is: Amounts | undefined
  /** What it requests, where that differs from what it is charged. */
  readonly requests?: Amounts
}

/** used + added <= hard, for each tracked resource that is added to; a tracked cpu or memory must be requested, if only 0. */
function exceeds(namespace: string, { was, is, requests = is ?? {} }: Change, registry: Registry): boolean {
  const hard = registry.namespaces.find(({ name }) => name === namespace)?.resourceQuota?.hard
  if (!hard) return false
  if ((['cpu', 'memory'] as const).some((amount) => hard[amount] !== undefined && requests[amount] === undefined)) return true
  const used = usageOf(namespace, registry)
  const added = { pods: (is ? 1 : 0) - (was ? 1 : 0), ...amountsAdded(was ?? {}, is ?? {}) }
  return ([...AMOUNTS, 'pods'] as const).some((name) => {
    const limit = hard[name]
    return limit !== undefined && added[name] > 0 && used[name] + added[name] > limit
  })
}

const amountsAdded = (was: Amounts, is: Amounts) => ({
  cpu: (is.cpu ?? 0) - (was.cpu ?? 0),
  memory: (is.memory ?? 0) - (was.memory ?? 0),
  storage: (is.storage ?? 0) - (was.storage ?? 0),
})
