/**
 * Limit ranges: what a pod in a namespace gets when it does not say, and the least and most that it may ask for.
 * Taps admit. Defaults fill what is missing, then min needs a request, max needs a limit, the ratio needs both; bounds are inclusive.
 * Source: https://kubernetes.io/docs/concepts/policy/limit-range/
 */
import { KernelError, type Namespace, type Plugin, type Pod, type Resources } from '../../kernel/index.ts'

const AMOUNTS = ['cpu', 'memory', 'storage'] as const
type Range = NonNullable<Namespace['limitRange']>

export const limitRange = (): Plugin => ({
  name: 'limitRange',
  after: ['namespaces', 'priority'],
  apply({ hooks }) {
    hooks.admit.tap('limitRange', (record, { kind, before, state }) => {
      if (kind === 'namespaces') return withCompletedRange(record as Namespace)
      if (kind !== 'pods' || before) return undefined
      const pod = record as Pod
      const range = state.find('namespaces', 'name', pod.namespace)?.limitRange
      if (!range) return undefined
      const filled = withDefaults(pod.resources, range)
      const breach = AMOUNTS.map((amount) => breachOf(amount, filled, range)).find((found) => found !== undefined)
      if (breach) throw new KernelError('LIMIT_RANGE', `namespace ${pod.namespace} ${breach}`, { details: { ...range } })
      return { ...pod, resources: filled }
    })
  },
})

const withCompletedRange = (namespace: Namespace): Namespace =>
  namespace.limitRange ? { ...namespace, limitRange: completed(namespace.limitRange) } : namespace

const withDefaults = ({ requests, limits }: Resources, range: Range): Resources => ({
  requests: { ...range.defaultRequest, ...requests },
  limits: { ...range.default, ...limits },
})

/** What a range does not say is filled when it is stored: a default limit from the maximum, a default request from the default limit or the minimum. */
function completed(range: Range): Range {
  const limits = { ...range.max, ...range.default }
  return { ...range, default: limits, defaultRequest: { ...range.min, ...limits, ...range.defaultRequest } }
}

function breachOf(
  amount: (typeof AMOUNTS)[number],
  { requests, limits }: Resources,
  { min, max, maxLimitRequestRatio }: Range,
): string | undefined {
  const request = requests[amount]
  const limit = limits[amount]
  const least = min?.[amount]
  const most = max?.[amount]
  const ratio = maxLimitRequestRatio?.[amount]
  if (least !== undefined && (request === undefined || request < least))
    return `asks for ${amount} of ${least} at least, and the pod requests ${request ?? 'none'}`
  if (least !== undefined && limit !== undefined && limit < least)
    return `asks for ${amount} of ${least} at least, and the pod's limit is ${limit}`
  if (most !== undefined && (limit === undefined || limit > most))
    return `allows ${amount} of ${most} at most, and the pod's limit is ${limit ?? 'none'}`
  if (most !== undefined && request !== undefined && request > most)
    return `allows ${amount} of ${most} at most, and the pod requests ${request}`
  if (ratio === undefined) return undefined
  if (!request || !limit) return `allows a limit of ${ratio} times the request of ${amount}: the pod must have both`
  return limit / request > ratio
    ? `allows a limit of ${ratio} times the request of ${amount}, and the pod's is ${limit / request} times`
    : undefined
}
