/**
 * Cost-aware placement. A node says what it costs with the label `stark/cost-per-hour` (a number, in any one currency); of the nodes
 * that would do, cheaper ones are preferred. A pod may set a limit with the label of its own `stark/max-cost-per-hour`.
 * `isFixed` says that only the node's record matters, so that nothing is asked again when a pod comes or goes, and `normalise` turns
 * the costs of all nodes that would do into points.
 */
import type { NodeFacts, Plugin } from 'stark/plugin'

const COST = 'stark/cost-per-hour'
const MOST = 'stark/max-cost-per-hour'
/** Beside taints 3, affinity 2 and resources 1. */
const WEIGHT = 2
/** What is not known is not cheap. */
const UNKNOWN = Number.MAX_VALUE

const costAware: Plugin = {
  name: 'cost-aware',
  apply({ hooks }) {
    hooks.filter.tap('cost-aware', (candidates) => {
      const limit = candidates.pod.labels[MOST]
      if (limit === undefined) return
      const most = Number(limit)
      if (Number.isNaN(most)) return candidates.where(() => `cost too much: the pod's ${MOST} is ${limit}, which is no number`)
      candidates.where((node) => costOf(node) <= most || `cost too much: ${sayCost(node)}, and the pod pays ${limit}`, {
        isFixed: true,
      })
      candidates.retryOn('nodes:put')
    })
    hooks.score.tap('cost-aware', (board) => board.add(costOf, { weight: WEIGHT, normalise: cheapestFirst, isFixed: true }))
  },
}
export default costAware

function costOf({ labels }: NodeFacts): number {
  const text = labels[COST] ?? ''
  const cost = Number(text)
  return text !== '' && Number.isFinite(cost) && cost >= 0 ? cost : UNKNOWN
}

const sayCost = (node: NodeFacts): string => (costOf(node) === UNKNOWN ? 'nobody knows how much' : `${node.labels[COST]} an hour`)

/** The cheapest get 100, the dearest that is known at least 1, what is not known 0. */
function cheapestFirst(costs: readonly number[]): number[] {
  const known = costs.filter((cost) => cost !== UNKNOWN)
  const least = known.reduce((lower, cost) => Math.min(lower, cost), UNKNOWN)
  const range = known.reduce((higher, cost) => Math.max(higher, cost), 0) - least
  return costs.map((cost) => (cost === UNKNOWN ? 0 : range === 0 ? 100 : 100 - Math.round((99 * (cost - least)) / range)))
}
