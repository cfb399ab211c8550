/** Where a pod would go and why: what every plugin says of every node, the winner, the runner-up, and one sentence for people. */
import { Type, type Static } from 'typebox'
import { strict, nullable, type Explanation as NodeExplanation, type Fork, type Pod } from '../../kernel/index.ts'
import { nameOf, ORIGIN } from './hypothesis.ts'

/** Reasons that the sentence names; the nodes have them all. */
const REASONS_MAX = 8

export const Change = strict({
  kind: Type.Enum(['pod', 'node', 'namespace', 'cluster'], { description: 'what the patch changes; pod is the input of pods.create' }),
  text: Type.String({ description: 'the change in words' }),
  patch: Type.Record(Type.String(), Type.Unknown(), {
    description: 'a JSON merge patch (RFC 7396); a node or a namespace is named by its name, and a node that is not there is a new one',
  }),
})
export type Change = Static<typeof Change>

export const Explanation = strict({
  summary: Type.String({ description: 'one sentence for people' }),
  feasible: Type.Array(Type.String(), { description: 'the nodes that fit, best first' }),
  chosen: nullable(Type.String({ description: 'the node that it would go to; with victims, once they have made way' })),
  runnerUp: nullable(Type.String()),
  victims: Type.Array(Type.String(), { description: 'the pods that preemption would evict' }),
  nodes: Type.Record(
    Type.String(),
    strict({
      refused: Type.Optional(
        Type.Record(Type.String(), Type.String(), { description: 'each plugin that refuses the node, and its reason' }),
      ),
      scores: Type.Optional(Type.Record(Type.String(), Type.Number(), { description: "each plugin's score, 0 to 100" })),
      total: Type.Optional(Type.Number({ description: 'the sum of the scores by weight' })),
    }),
  ),
  changes: Type.Array(Change, { description: 'single changes that would place the pod, the smallest first; each was tried on a fork' }),
})
export type Explanation = Static<typeof Explanation>
export type Explained = Omit<Explanation, 'changes'>

/** What the fork's scheduler would do with a pod; its victims are gone from the fork then. @param all what the scheduler says of each node */
export function explain(fork: Fork, pod: Pod, all: readonly NodeExplanation[]): Explained {
  const { scheduler, state } = fork
  const judgement = scheduler.judge(pod)
  const defeated = judgement.best ? '' : judgement.summary
  const nomination = judgement.best ? undefined : scheduler.nominate(pod)
  const fitting = all.filter(isFitting).toSorted(bestFirst)
  const chosen = judgement.best ? fitting.find(({ node }) => node.id === judgement.best?.id) : undefined
  const runnerUp = fitting.find((each) => each !== chosen)
  const victims = (nomination?.victims ?? []).map((victim) => nameOf(victim, state)).toSorted()
  const target = nomination && placeWithout(fork, pod, nomination.victims)
  return {
    summary: chosen ? victory(chosen, runnerUp, all) : defeat(defeated, target, victims),
    feasible: fitting.map(({ node }) => node.name),
    chosen: chosen?.node.name ?? target ?? null,
    runnerUp: runnerUp?.node.name ?? null,
    victims,
    nodes: Object.fromEntries(
      all.toSorted(byName).map((each) => [each.node.name, isFitting(each) ? pointsOf(each) : { refused: each.refused }]),
    ),
  }
}

const isFitting = ({ refused }: NodeExplanation): boolean => Object.keys(refused).length === 0
const pointsOf = ({ scores, total }: NodeExplanation) => ({ scores, total })
const byName = (a: NodeExplanation, b: NodeExplanation): number => (a.node.name < b.node.name ? -1 : 1)
const bestFirst = (a: NodeExplanation, b: NodeExplanation): number => b.total - a.total || byName(a, b)

/** "would go to node-7 (282 points), before node-3 (280), by its resources; 9/12 nodes fit: 2 lack cpu, 1 are cordoned" */
function victory(chosen: NodeExplanation, runnerUp: NodeExplanation | undefined, all: readonly NodeExplanation[]): string {
  const choice = `would go to ${chosen.node.name} (${chosen.total} points)`
  if (!runnerUp) return `${choice}, the only one; ${share(all)}`
  const ahead = Object.keys(chosen.scores).filter((plugin) => (chosen.scores[plugin] ?? 0) > (runnerUp.scores[plugin] ?? 0))
  const why = chosen.total === runnerUp.total ? 'its equal' : ahead.length === 0 ? 'by its points' : `by its ${ahead.join(' and ')}`
  return `${choice}, before ${runnerUp.node.name} (${runnerUp.total}), ${why}; ${share(all)}`
}

/** Room that is made for a pod may suit it on other nodes too: an avoided pod leaves a whole zone. */
function placeWithout({ scheduler, commit }: Fork, pod: Pod, victims: readonly Pod[]): string | undefined {
  commit(ORIGIN, (transaction) => victims.forEach(({ id }) => transaction.delete('pods', id)))
  return scheduler.judge(pod).best?.name
}

function defeat(summary: string, target: string | undefined, victims: readonly string[]): string {
  if (target === undefined) return summary
  return `would go to ${target} once ${victims.join(', ')} ${victims.length === 1 ? 'has' : 'have'} made way; ${summary}`
}

/** As the scheduler says it of a pod that fits nowhere: a reason's text up to a colon is its kind. */
function share(all: readonly NodeExplanation[]): string {
  const counts = new Map<string, number>()
  for (const { refused } of all) {
    const [reason] = Object.values(refused)
    const [kind] = reason?.split(': ') ?? []
    if (kind !== undefined) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  const sorted = [...counts].toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).slice(0, REASONS_MAX)
  const reasons = sorted.map(([kind, count]) => `${count} ${kind}`).join(', ')
  return `${all.filter(isFitting).length}/${all.length} nodes fit${reasons === '' ? '' : `: ${reasons}`}`
}
