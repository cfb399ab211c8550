/** One scheduling cycle for one pod: which nodes every plugin refuses, every plugin's score, the weighted total and the winner. */
import type { Node, Pod } from '../../kernel/schema/index.ts'
import type { Cluster } from './cluster.ts'
import * as nodeRules from './node-rules.ts'
import * as podAffinity from './pod-affinity.ts'
import * as resources from './resources.ts'
import * as spread from './topology-spread.ts'

type Refuses = (pod: Pod, node: Node, cluster: Cluster) => boolean

const FILTERS: Readonly<Record<string, Refuses>> = {
  pods: (pod, node) => !nodeRules.isTheOneNamed(pod, node),
  runtime: (pod, node, cluster) => !nodeRules.runsOn(pod, node, cluster),
  health: (_pod, node) => !nodeRules.isInTouch(node),
  unschedulable: nodeRules.isCordonedFor,
  taints: nodeRules.hasUntoleratedTaint,
  nodeAffinity: (pod, node) => !nodeRules.matchesNodeAffinity(pod, node),
  resources: (pod, node, cluster) => !resources.fitsResources(pod, node, cluster),
  podAffinity: (pod, node, cluster) =>
    podAffinity.isUnwelcome(pod, node, cluster) || podAffinity.isAvoiding(pod, node, cluster) || podAffinity.isLonely(pod, node, cluster),
  topologySpread: (pod, node, cluster) => spread.lacksSpreadKey(pod, node) || spread.isUneven(pod, node, cluster),
}

/** The names of the plugins that refuse the node. */
export const refusalsOf = (pod: Pod, node: Node, cluster: Cluster): string[] =>
  Object.keys(FILTERS).filter((name) => FILTERS[name]?.(pod, node, cluster))

type Scores = (pod: Pod, among: readonly Node[], cluster: Cluster) => number[]

const SCORES: Readonly<Record<string, { readonly weight: number; readonly scores: Scores }>> = {
  taints: { weight: 3, scores: nodeRules.taintScores },
  nodeAffinity: { weight: 2, scores: nodeRules.nodeAffinityScores },
  podAffinity: { weight: 2, scores: podAffinity.podAffinityScores },
  topologySpread: { weight: 2, scores: spread.topologySpreadScores },
  resources: { weight: 1, scores: resources.resourceScores },
  balanced: { weight: 1, scores: resources.balancedScores },
}
export const SCORING = Object.keys(SCORES)

export interface Card {
  readonly scores: Readonly<Record<string, number>>
  readonly total: number
}

/** Every plugin's points for the nodes, as they are beside one another, by the node's name. */
export function scoresOf(pod: Pod, among: readonly Node[], cluster: Cluster): Map<string, Card> {
  const columns = Object.entries(SCORES).map(([name, { weight, scores }]) => ({ name, weight, points: scores(pod, among, cluster) }))
  return new Map(
    among.map((node, index) => {
      const scores = Object.fromEntries(columns.map(({ name, points }) => [name, points[index] ?? 0]))
      const total = columns.reduce((sum, { name, weight }) => sum + weight * (scores[name] ?? 0), 0)
      return [node.name, { scores, total }]
    }),
  )
}

export interface Decision {
  readonly refused: ReadonlyMap<string, readonly string[]>
  readonly feasible: readonly Node[]
  readonly cards: ReadonlyMap<string, Card>
  /** The nodes with the highest total, first by name first. */
  readonly best: readonly string[]
}

export function decide(pod: Pod, cluster: Cluster): Decision {
  const refused = new Map(cluster.nodes.map((node) => [node.name, refusalsOf(pod, node, cluster)]))
  const feasible = cluster.nodes.filter(({ name }) => refused.get(name)?.length === 0)
  const cards = scoresOf(pod, feasible, cluster)
  const highest = Math.max(...[...cards.values()].map(({ total }) => total))
  const best = [...cards].filter(([, { total }]) => total === highest).map(([name]) => name)
  return { refused, feasible, cards, best: best.toSorted() }
}

/** Where the pod goes: one of these. With the policy `random` lots are drawn among equals; else the first by name is taken. */
export function winners(pod: Pod, cluster: Cluster): readonly string[] {
  const { best } = decide(pod, cluster)
  const policy = pod.scheduling.schedulingPolicy ?? cluster.settings.schedulingPolicy
  return policy === 'random' ? best : best.slice(0, 1)
}
