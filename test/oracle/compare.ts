/** What the kernel says of a pod beside what the oracle says, in one shape, so that a test compares the two at once. */
import type { Explanation, Judgement, Kernel, NodeFacts, Nomination as Nominated } from '../../kernel/index.ts'
import type { Pod } from '../../kernel/schema/index.ts'
import type { Cluster } from './cluster.ts'
import { decide, SCORING, scoresOf, winners, type Card } from './oracle.ts'
import { nominations } from './preemption.ts'

interface Verdict {
  readonly refused: object
  readonly cards: object
  /** Each node's points beside all other nodes, feasible or not. */
  readonly cardsOfAll: object
  readonly feasible: readonly string[]
  readonly winner: string | undefined
  readonly victims: object | undefined
}

type Scheduler = Kernel['scheduler']

/** `judge` works on what is kept for the pod's class, `explain` and `scores` ask anew: both must say the same. */
export function compareVerdicts(scheduler: Scheduler, pod: Pod, cluster: Cluster): { actual: Verdict; expected: Verdict } {
  const judgement = scheduler.judge(pod)
  const explained = scheduler.explain(pod)
  const decision = decide(pod, cluster)
  const chosen = winners(pod, cluster)
  const actualWinner = judgement.best?.name
  const isFeasible = decision.feasible.length > 0
  const nominated = isFeasible ? undefined : scheduler.nominate(pod)
  const allowed = nominations(pod, cluster)
  const nominee = allowed.find(({ node }) => node.id === nominated?.nodeId) ?? allowed[0]
  return {
    actual: {
      refused: Object.fromEntries(explained.map(({ node, refused }) => [node.name, Object.keys(refused).toSorted()])),
      cards: Object.fromEntries(explained.filter(isPlaceable).map((each) => [each.node.name, cardOf(each)])),
      cardsOfAll: Object.fromEntries([...scheduler.scores(pod, scheduler.facts())].map(([node, card]) => [node.name, cardOf(card)])),
      feasible: feasibleOf(judgement),
      winner: actualWinner,
      victims: nominated && describe(nominated, cluster),
    },
    expected: {
      refused: Object.fromEntries([...decision.refused].map(([name, plugins]) => [name, plugins.toSorted()])),
      cards: Object.fromEntries(decision.cards),
      cardsOfAll: Object.fromEntries(scoresOf(pod, cluster.nodes, cluster)),
      feasible: decision.feasible.map(({ name }) => name).toSorted(),
      winner: chosen.find((name) => name === actualWinner) ?? chosen[0],
      victims: nominee && { node: nominee.node.name, pods: nominee.victims.map(({ name }) => name).toSorted() },
    },
  }
}

const isPlaceable = ({ refused }: Explanation): boolean => Object.keys(refused).length === 0
const feasibleOf = ({ feasible }: Judgement): string[] => feasible.map(({ name }: NodeFacts) => name).toSorted()

/** A plugin that says nothing of a node gives it no points. */
const cardOf = ({ scores, total }: Pick<Explanation, 'scores' | 'total'>): Card => ({
  scores: Object.fromEntries(SCORING.map((plugin) => [plugin, scores[plugin] ?? 0])),
  total,
})

const describe = ({ nodeId, victims }: Nominated, { nodes }: Cluster) => ({
  node: nodes.find(({ id }) => id === nodeId)?.name,
  pods: victims.map(({ name }) => name).toSorted(),
})
