/**
 * Single changes that might place a pod that fits nowhere, the smallest first. Each is aimed at the nodes that one plugin alone
 * refuses, because lifting one of two refusals helps nobody. These are only guesses: what is true of them is tried on a fork.
 */
import semver from 'semver'
import {
  clusterConfig,
  first,
  tolerates,
  type Explanation as NodeExplanation,
  type NodeFacts,
  type Pack,
  type Pod,
  type PodAffinityTerm,
  type Principal,
  type State,
  type Taint,
  type Toleration,
} from '../../kernel/index.ts'
import type { Change } from './explanation.ts'
import { otherNodes } from './new-node.ts'

/** Changes of which one that works is enough, such as many nodes that could be uncordoned. */
export type Alternatives = readonly Change[]

/** Of one sort, so that ten taints do not keep every other sort from being tried. */
const PER_SORT_MAX = 3
const AMOUNTS = ['cpu', 'memory', 'storage'] as const
const UNITS = { cpu: 'millicores', memory: 'MB', storage: 'MB' } as const
const SYSTEM = 'system-'

export interface Question {
  readonly pod: Pod
  readonly all: readonly NodeExplanation[]
  readonly state: State
  /** Who asks: what they may not see is not proposed. */
  readonly who: Principal
}

/** Whose refusal of a node would be the same of another node like it. */
const STAYING: readonly string[] = ['pods', 'taints', 'runtime', 'nodeAffinity', 'health']

interface Refused extends Question {
  /** The nodes that this plugin alone refuses. */
  readonly nodes: readonly NodeFacts[]
}

/** What may lift the refusal of a plugin, by its name; the order is from what costs nothing to what costs others. */
const lifting: Readonly<Record<string, (refused: Refused) => Iterable<Alternatives>>> = {
  taints: (refused) => oneByOne(tolerations(refused)),
  pods: (refused) => oneByOne(anyNode(refused)),
  runtime: (refused) => anyOf(otherVersions(refused)),
  resources: (refused) => oneByOne(smallerRequests(refused)),
  nodeAffinity: (refused) => oneByOne(looserNodeRules(refused)),
  podAffinity: (refused) => oneByOne(looserPodRules(refused)),
  topologySpread: (refused) => oneByOne(looserSpread(refused)),
  unschedulable: (refused) => anyOf(uncordoned(refused)),
}

export function* proposals(question: Question): Generator<Alternatives> {
  for (const [plugin, propose] of Object.entries(lifting)) {
    const nodes = question.all.filter(({ refused }) => Object.keys(refused).join() === plugin).map(({ node }) => node)
    if (nodes.length > 0) yield* propose({ ...question, nodes })
  }
  yield* oneByOne(clusterSettings(question))
  yield* anyOf(higherPriorities(question))
  yield* anyOf(newNodes(question))
}

function* oneByOne(changes: Iterable<Change>): Generator<Alternatives> {
  for (const change of first(PER_SORT_MAX, changes)) yield [change]
}

const anyOf = (changes: Iterable<Change>): readonly Alternatives[] => [[...first(PER_SORT_MAX, changes)]]

/** The taints that alone keep the pod off a node, those of most nodes first. */
function* tolerations({ pod, nodes }: Refused): Generator<Change> {
  const counts = new Map<string, { readonly taint: Taint; count: number }>()
  for (const node of nodes) {
    const [taint, ...more] = node.taints.filter(
      (each) => each.effect !== 'PreferNoSchedule' && !pod.tolerations.some((own) => tolerates(own, each)),
    )
    if (!taint || more.length > 0) continue
    const known = counts.get(inWords(taint))
    if (known) known.count += 1
    else counts.set(inWords(taint), { taint, count: 1 })
  }
  for (const [text, { taint }] of [...counts].toSorted(([, a], [, b]) => b.count - a.count)) {
    yield { kind: 'pod', text: `tolerate ${text}`, patch: { tolerations: [...pod.tolerations, tolerationOf(taint)] } }
  }
}

const inWords = ({ key, value = '', effect }: Taint): string => `${key}${value === '' ? '' : `=${value}`}:${effect}`
const tolerationOf = ({ key, value = '', effect }: Taint): Toleration =>
  value === '' ? { key, operator: 'Exists', effect } : { key, operator: 'Equal', value, effect }

function* anyNode({ pod }: Refused): Generator<Change> {
  if (pod.nodeName !== null) yield { kind: 'pod', text: `let it run on other nodes than ${pod.nodeName}`, patch: { nodeName: null } }
}

/** The newest first, of those whose demands on a node are others. */
function* otherVersions({ pod, state, who }: Refused): Generator<Change> {
  const current = state.get('packs', pod.packId)
  const isOther = ({ runtimeTag, metadata }: Pack) =>
    runtimeTag !== current?.runtimeTag || metadata.minNodeVersion !== current.metadata.minNodeVersion
  const mayRun = ({ visibility, ownerId }: Pack) => visibility === 'public' || ownerId === who.id || who.roles.includes('admin')
  const packs = state.by('packs', 'name', pod.packName).filter((pack) => pack.bundle !== null && mayRun(pack) && isOther(pack))
  for (const { name, version } of packs.toSorted((a, b) => semver.rcompare(a.version, b.version))) {
    yield { kind: 'pod', text: `run ${name}@${version}`, patch: { pack: `${name}@${version}` } }
  }
}

/** The least that the request of one resource must shrink by, where no other is short. */
function* smallerRequests({ pod: { resources }, nodes }: Refused): Generator<Change> {
  for (const amount of AMOUNTS) {
    const asked = resources.requests[amount] ?? 0
    const free = nodes
      .filter((node) => shortOf(resources.requests, node).join() === amount)
      .reduce((most, node) => Math.max(most, node.allocatable[amount] - node.allocated[amount]), 0)
    if (free <= 0 || free >= asked) continue
    yield { kind: 'pod', text: `${asked - free} ${UNITS[amount]} less ${amount}`, patch: { resources: { requests: { [amount]: free } } } }
  }
}

const shortOf = (requests: Pod['resources']['requests'], { allocatable, allocated }: NodeFacts) =>
  AMOUNTS.filter((amount) => (requests[amount] ?? 0) > 0 && (requests[amount] ?? 0) > allocatable[amount] - allocated[amount])

function* looserNodeRules({ pod: { scheduling } }: Refused): Generator<Change> {
  for (const [key, value] of Object.entries(scheduling.nodeSelector ?? {})) {
    yield { kind: 'pod', text: `drop the node selector ${key}=${value}`, patch: { scheduling: { nodeSelector: { [key]: null } } } }
  }
  const required = scheduling.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  if (!required) return
  const affinity = (value: unknown) => ({ scheduling: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: value } } })
  const [term, ...others] = required.nodeSelectorTerms ?? []
  const expressions = term?.matchExpressions ?? []
  if (term && others.length === 0 && expressions.length + (term.matchFields?.length ?? 0) > 1) {
    for (const each of expressions) {
      const left = { ...term, matchExpressions: expressions.filter((other) => other !== each) }
      const text = `drop the node affinity ${[each.key, each.operator, each.values?.join(', ')].filter(Boolean).join(' ')}`
      yield { kind: 'pod', text, patch: affinity({ nodeSelectorTerms: [left] }) }
    }
  }
  yield { kind: 'pod', text: 'drop the required node affinity', patch: affinity(null) }
}

function* looserPodRules({ pod: { scheduling } }: Refused): Generator<Change> {
  for (const [field, name] of [
    ['podAffinity', 'pod affinity'],
    ['podAntiAffinity', 'pod anti-affinity'],
  ] as const) {
    const terms: readonly PodAffinityTerm[] = scheduling[field]?.requiredDuringSchedulingIgnoredDuringExecution ?? []
    for (const term of terms) {
      const left = terms.filter((other) => other !== term)
      const patch = { scheduling: { [field]: { requiredDuringSchedulingIgnoredDuringExecution: left } } }
      yield { kind: 'pod', text: `drop the ${name} within ${term.topologyKey}`, patch }
    }
  }
}

function* looserSpread({ pod: { scheduling } }: Refused): Generator<Change> {
  const constraints = scheduling.topologySpreadConstraints ?? []
  for (const constraint of constraints) {
    if (constraint.whenUnsatisfiable !== 'DoNotSchedule') continue
    const { topologyKey, maxSkew } = constraint
    const instead = (loosened: object) => ({
      scheduling: { topologySpreadConstraints: constraints.map((each) => (each === constraint ? { ...each, ...loosened } : each)) },
    })
    yield { kind: 'pod', text: `allow a skew of ${maxSkew + 1} over ${topologyKey}`, patch: instead({ maxSkew: maxSkew + 1 }) }
    yield { kind: 'pod', text: `spread over ${topologyKey} only if possible`, patch: instead({ whenUnsatisfiable: 'ScheduleAnyway' }) }
  }
}

function* uncordoned({ nodes }: Refused): Generator<Change> {
  for (const { name } of nodes) yield { kind: 'node', text: `uncordon ${name}`, patch: { name, unschedulable: false } }
}

function* clusterSettings({ all, state, pod }: Question): Generator<Change> {
  const { maxPodsPerNode, enablePreemption } = clusterConfig(state)
  const full = all
    .map(({ node }) => node)
    .filter(({ allocatable, allocated }) => allocated.pods >= maxPodsPerNode && allocated.pods < allocatable.pods)
  const least = Math.min(...full.map(({ allocated }) => allocated.pods + 1))
  if (full.length > 0) yield { kind: 'cluster', text: `allow ${least} pods on a node`, patch: { maxPodsPerNode: least } }
  if (!enablePreemption && pod.preemptionPolicy !== 'Never')
    yield { kind: 'cluster', text: 'allow pods to be evicted for more important ones', patch: { enablePreemption: true } }
}

/** The lowest first; that it is enough is seen when it is tried. */
function* higherPriorities({ pod, state }: Question): Generator<Change> {
  if (!state.has('priorityClasses')) return
  const higher = [...state.all('priorityClasses')].filter(
    ({ name, value, preemptionPolicy }) => value > pod.priority && preemptionPolicy !== 'Never' && !name.startsWith(SYSTEM),
  )
  for (const { name } of higher.toSorted((a, b) => a.value - b.value)) {
    yield { kind: 'pod', text: `the priority class ${name}, which evicts others`, patch: { priorityClassName: name } }
  }
}

/** More of those nodes that do not refuse the pod for what they are. */
function newNodes({ all }: Question): Iterable<Change> {
  const suited = all.filter(({ refused }) => !STAYING.some((plugin) => plugin in refused))
  return otherNodes(
    suited.map(({ node }) => node),
    new Set(all.map(({ node }) => node.name)),
  )
}
