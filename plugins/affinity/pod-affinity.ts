/**
 * Pod affinity and anti-affinity: near or far from other pods, by topology. What pods that are placed already require of a
 * newcomer holds too: their required anti-affinity keeps it out, and their preferences count in its score.
 * Source: https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#inter-pod-affinity-and-anti-affinity
 */
import {
  isValidSelector,
  labelOf,
  type CandidateSet,
  type ClassPod,
  type Kin,
  type NodeFacts,
  type Plugin,
  type Pod,
  type PodAffinityTerm,
  type Reader,
  type ScoreBoard,
  type State,
} from '../../kernel/index.ts'
import { byRange } from './normalise.ts'
import { matchingOf, type Matching } from './terms.ts'

const WEIGHT = 2
const NOTHING: readonly (readonly [string, number])[] = []

export interface PodAffinityOptions {
  /** How much a placed pod's required affinity counts in a newcomer's score. */
  readonly hardPodAffinityWeight?: number
}

export const podAffinity = ({ hardPodAffinityWeight = 1 }: PodAffinityOptions = {}): Plugin => ({
  name: 'podAffinity',
  apply({ hooks, state }) {
    hooks.filter.tap('podAffinity', (candidates) => {
      if (!hasValidSelectors(candidates.pod))
        candidates.where(() => 'cannot satisfy an invalid selector of the pod', { isFixed: true, sharedAs: 'invalid' })
      keepOutByOthers(candidates, state)
      requireAntiAffinity(candidates, state)
      requireAffinity(candidates, state)
      candidates.retryOn('nodes:put', 'nodes:delete', 'pods:put', 'pods:release', 'pods:delete', 'namespaces:put')
    })
    hooks.score.tap('podAffinity', (board) => prefer(board, { state, hardPodAffinityWeight }))
  },
})

const hasValidSelectors = ({ scheduling: { podAffinity, podAntiAffinity } }: ClassPod): boolean =>
  [...requiredOf(podAffinity), ...requiredOf(podAntiAffinity)].every(
    ({ labelSelector, namespaceSelector }) => isValidSelector(labelSelector) && isValidSelector(namespaceSelector),
  )

type Affinity = Pod['scheduling']['podAffinity']
const requiredOf = (affinity: Affinity): readonly PodAffinityTerm[] => affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []
const preferredOf = (affinity: Affinity) => affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []

interface Term {
  readonly topologyKey: string
  readonly matches: Matching
}
const termsOf = (terms: readonly PodAffinityTerm[], owner: Pick<Pod, 'namespace'>, state: Reader): Term[] =>
  terms.map((term) => ({ topologyKey: term.topologyKey, matches: matchingOf(term, owner, state) }))

const hasRequiredAntiAffinity = ({ scheduling }: Kin): boolean => requiredOf(scheduling.podAntiAffinity).length > 0

/** Symmetry: a newcomer without any rule of its own stays out of reach of pods that do not want it. */
function keepOutByOthers(candidates: CandidateSet, state: State): void {
  const newcomer = candidates.pod
  const countOf = (placed: Kin) =>
    termsOf(requiredOf(placed.scheduling.podAntiAffinity), placed, state).flatMap(({ topologyKey, matches }) =>
      matches(newcomer) ? [[topologyKey, 1] as const] : [],
    )
  const unwelcome = candidates.tally(countOf, { of: hasRequiredAntiAffinity })
  candidates.where(
    (node) => {
      for (const key of unwelcome.keys) {
        if (unwelcome.at(key, node) > 0) return `have pods whose anti-affinity keeps this one out: within ${key}=${node.labels[key]}`
      }
      return true
    },
    { isVolatile: true, when: () => !unwelcome.isEmpty(), over: () => unwelcome.keys, follows: unwelcome },
  )
}

/** Any one term is enough to refuse; a key that the node lacks cannot be violated. */
function requireAntiAffinity(candidates: CandidateSet, state: State): void {
  for (const { topologyKey, matches } of termsOf(requiredOf(candidates.pod.scheduling.podAntiAffinity), candidates.pod, state)) {
    const near = candidates.tally((placed) => (matches(placed) ? [[topologyKey, 1] as const] : NOTHING))
    candidates.where(
      (node) =>
        near.at(topologyKey, node) === 0 || `have pods that the anti-affinity avoids: within ${topologyKey}=${node.labels[topologyKey]}`,
      { isVolatile: true, when: () => !near.isEmpty(topologyKey), over: [topologyKey], follows: near },
    )
  }
}

/**
 * One placed pod must meet all terms, and the node must carry every key. The first of its kind may go anywhere with the keys,
 * if no pod meets the terms and it meets them all itself.
 */
function requireAffinity(candidates: CandidateSet, state: State): void {
  const { pod } = candidates
  const terms = termsOf(requiredOf(pod.scheduling.podAffinity), pod, state)
  if (terms.length === 0) return
  const keys = [...new Set(terms.map(({ topologyKey }) => topologyKey))]
  const meetsAll = (other: Pick<Pod, 'namespace' | 'labels'>) => terms.every(({ matches }) => matches(other))
  const near = candidates.tally((placed) => (meetsAll(placed) ? keys.map((key) => [key, 1] as const) : NOTHING))
  const isFirst = () => meetsAll(pod) && keys.every((key) => near.isEmpty(key))
  candidates.where(
    (node) => keys.every((key) => labelOf(node.labels, key) !== undefined) || 'lack the label of a topology that the affinity names',
    { isFixed: true, sharedAs: JSON.stringify(keys) },
  )
  candidates.where((node) => keys.every((key) => near.at(key, node) > 0) || 'have no pod near that the affinity asks for', {
    isVolatile: true,
    when: () => !isFirst(),
    over: keys,
    follows: near,
  })
}

const hasAffinity = ({ scheduling: { podAffinity, podAntiAffinity } }: Kin): boolean => Boolean(podAffinity ?? podAntiAffinity)

/** Own preferences, those of pods that are placed, and, by the hard weight, their required affinity add up by topology value. */
function prefer(board: ScoreBoard, { state, hardPodAffinityWeight }: { state: State; hardPodAffinityWeight: number }): void {
  const { pod } = board
  const own = weighted(pod, state)
  const sums = board.tally(
    (placed) => {
      const fromOwn = own.flatMap(({ topologyKey, matches, weight }) => (matches(placed) ? [[topologyKey, weight] as const] : NOTHING))
      return [...fromOwn, ...fromPlaced(placed, pod, { state, hardPodAffinityWeight })]
    },
    own.length === 0 ? { of: hasAffinity } : {},
  )
  const sumOf = (node: NodeFacts): number => {
    let sum = 0
    for (const key of sums.keys) sum += sums.at(key, node)
    return sum
  }
  board.add(sumOf, { weight: WEIGHT, normalise: byRange, isVolatile: true, when: () => !sums.isEmpty(), over: () => sums.keys })
}

interface WeightedTerm extends Term {
  readonly weight: number
}

/** Whose terms they are. */
type Owner = Pick<Kin, 'namespace' | 'scheduling'>

/** Preferred terms; anti-affinity counts against. */
function weighted(owner: Owner, state: Reader): WeightedTerm[] {
  const of = (affinity: Affinity, sign: 1 | -1) =>
    preferredOf(affinity).map(({ weight, podAffinityTerm }) => ({
      topologyKey: podAffinityTerm.topologyKey,
      matches: matchingOf(podAffinityTerm, owner, state),
      weight: sign * weight,
    }))
  return [...of(owner.scheduling.podAffinity, 1), ...of(owner.scheduling.podAntiAffinity, -1)]
}

function fromPlaced(placed: Kin, newcomer: ClassPod, { state, hardPodAffinityWeight }: { state: Reader; hardPodAffinityWeight: number }) {
  if (!hasAffinity(placed)) return NOTHING
  const hard = termsOf(requiredOf(placed.scheduling.podAffinity), placed, state).map((term) => ({ ...term, weight: hardPodAffinityWeight }))
  return [...weighted(placed, state), ...hard].flatMap(({ topologyKey, matches, weight }) =>
    matches(newcomer) ? [[topologyKey, weight] as const] : [],
  )
}
