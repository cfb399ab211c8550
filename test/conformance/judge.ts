/** Runs one scenario through the real plugins on the real hooks. @returns what differs, empty when it passes */
import { isDeepStrictEqual } from 'node:util'
import {
  KernelError,
  isValidSelector,
  type LabelSelector,
  matchesSelector,
  Namespace,
  PriorityClass,
  type Kernel,
  type Plugin,
  type Pod,
  type SchedulingPolicy,
  type Transaction,
} from '../../kernel/index.ts'
import { nodeAffinity } from '../../plugins/affinity/node-affinity.ts'
import { podAffinity } from '../../plugins/affinity/pod-affinity.ts'
import { cordon } from '../../plugins/cordon.ts'
import { preemption } from '../../plugins/preemption.ts'
import { priority } from '../../plugins/priority.ts'
import { limitRange } from '../../plugins/quotas/limit-range.ts'
import { quota } from '../../plugins/quotas/quota.ts'
import { resources } from '../../plugins/resources/index.ts'
import { taintEviction } from '../../plugins/taint-eviction.ts'
import { taints } from '../../plugins/taints.ts'
import { topologySpread } from '../../plugins/topology-spread.ts'
import { aNode } from '../support/builders.ts'
import { nouns, startKernel, type TestKernel } from '../support/kernel.ts'
import { classOf, podOf, store, storePod, type GivenPod, type Scenario, type When } from './scenario.ts'

export interface Difference {
  readonly expected: unknown
  readonly actual: unknown
}

export async function judge(scenario: Scenario): Promise<Difference[]> {
  const { op } = scenario.when
  if (op === 'select') return select(scenario)
  if (op === 'admit') return admit(scenario)
  if (op === 'evict') return evict(scenario)
  const started = await startKernel([nouns(), namespacesKind, ...scheduling(scenario.when)])
  await store(started.kernel, scenario)
  if (op === 'filter' || op === 'schedule') return filter(scenario, started.kernel)
  return op === 'score' ? score(scenario, started.kernel) : preempt(scenario, started.kernel)
}

const namespacesKind: Plugin = {
  name: 'namespaces-kind',
  apply: ({ kinds }) => kinds.define<Namespace>('namespaces', { schema: Namespace, unique: { name: ({ name }) => name } }),
}
const classesKind: Plugin = {
  name: 'classes-kind',
  apply: ({ kinds }) => kinds.define<PriorityClass>('priorityClasses', { schema: PriorityClass, unique: { name: ({ name }) => name } }),
}

const scheduling = ({ weights, args }: When): Plugin[] => [
  classesKind,
  taints(),
  cordon(),
  nodeAffinity(),
  podAffinity(args ?? {}),
  topologySpread(),
  resources(weights ? { weights } : {}),
  preemption(),
]

const differ = (expected: unknown, actual: unknown): Difference[] => (isDeepStrictEqual(expected, actual) ? [] : [{ expected, actual }])
const incoming = ({ when, given }: Scenario): Pod => {
  const pod = podOf(when.pod as GivenPod)
  const policy = POLICIES[when.strategy ?? ''] ?? given.cluster?.schedulingPolicy
  return policy === undefined ? pod : { ...pod, scheduling: { ...pod.scheduling, schedulingPolicy: policy as SchedulingPolicy } }
}
const POLICIES: Readonly<Record<string, SchedulingPolicy>> = { LeastAllocated: 'spread', MostAllocated: 'binpack' }

function filter(scenario: Scenario, { scheduler }: Kernel): Difference[] {
  const { when, then } = scenario
  const explained = scheduler.explain(incoming(scenario), when.plugin === undefined ? undefined : new Set([when.plugin]))
  const feasible = explained.filter(({ refused }) => Object.keys(refused).length === 0).map(({ node }) => node.name)
  const refusing = new Map(explained.map(({ node, refused }) => [node.name, Object.keys(refused)]))
  const expected = then as {
    readonly feasible: readonly string[]
    readonly infeasible: Readonly<Record<string, string | readonly string[]>>
  }
  const wrong = Object.entries(expected.infeasible).filter(([name, plugins]) => {
    const said = refusing.get(name) ?? []
    return Array.isArray(plugins) ? !isDeepStrictEqual(new Set(said), new Set(plugins)) : !said.includes(plugins as string)
  })
  return [
    ...differ([...expected.feasible].toSorted(), feasible.toSorted()),
    ...wrong.map(([name, plugins]) => ({ expected: { [name]: plugins }, actual: { [name]: refusing.get(name) } })),
  ]
}

function score(scenario: Scenario, { scheduler }: Kernel): Difference[] {
  const { when, then } = scenario
  const plugin = when.strategy === 'BalancedAllocation' ? 'balanced' : (when.plugin ?? '')
  const among = scheduler.facts().filter(({ name }) => when.candidates === undefined || when.candidates.includes(name))
  const scored = scheduler.scores(incoming(scenario), among, new Set([plugin]))
  const points = new Map([...scored].map(([node, { scores }]) => [node.name, scores[plugin] ?? 0]))
  if (then['scores']) return differ(then['scores'], Object.fromEntries(points))
  const ranking = then['ranking'] as readonly (readonly string[])[]
  return isRanked(ranking, points, then['tiesLoose'] === true) ? [] : [{ expected: ranking, actual: Object.fromEntries(points) }]
}

function isRanked(ranking: readonly (readonly string[])[], points: ReadonlyMap<string, number>, tiesLoose: boolean): boolean {
  const groups = ranking.map((names) => names.map((name) => points.get(name) ?? Number.NaN))
  const isTied = (group: readonly number[]) => tiesLoose || new Set(group).size === 1
  return groups.every((group, index) => {
    const next = groups[index + 1]
    return isTied(group) && (!next || Math.min(...group) > Math.max(...next) || (tiesLoose && Math.min(...group) >= Math.max(...next)))
  })
}

function preempt(scenario: Scenario, { scheduler, state }: Kernel): Difference[] {
  const nomination = scheduler.nominate(incoming(scenario))
  const actual = nomination
    ? { node: state.get('nodes', nomination.nodeId)?.name, pods: nomination.victims.map(({ name }) => name).toSorted() }
    : null
  type Victims = { readonly node: string; readonly pods: readonly string[] } | null
  const expected = scenario.then['victims'] as Victims | { readonly oneOf: readonly Victims[] }
  const allowed = expected && 'oneOf' in expected ? expected.oneOf : [expected]
  const isAllowed = allowed.some((each) => isDeepStrictEqual(each && { ...each, pods: [...each.pods].toSorted() }, actual))
  return isAllowed ? [] : [{ expected, actual }]
}

const ADMITS: Readonly<Record<string, () => Plugin>> = { quota, limitRange, priority }

async function admit(scenario: Scenario): Promise<Difference[]> {
  const { when, then } = scenario
  const plugin = ADMITS[when.plugin ?? '']
  if (!plugin) throw new Error(`no plugin ${when.plugin} admits`)
  const { kernel } = await startKernel([nouns(), namespacesKind, ...(when.plugin === 'priority' ? [] : [classesKind]), plugin()])
  await store(kernel, scenario)
  try {
    const admitted = await kernel.commit({ actorId: 'conformance' }, (transaction) => {
      if (when.priorityClass) {
        const known = transaction.state.find('priorityClasses', 'name', when.priorityClass.name)
        const fields = classOf(when.priorityClass)
        return known ? transaction.amend('priorityClasses', known.id, fields) : transaction.add('priorityClasses', fields)
      }
      const old = when.oldPod
        ? transaction.state.find('pods', 'name', `${when.oldPod.namespace ?? 'default'}/${when.oldPod.name}`)
        : undefined
      const {
        id,
        createdAt: _created,
        updatedAt: _updated,
        resourceVersion: _version,
        ...fields
      } = arriving(when.pod as GivenPod, when.plugin)
      return old ? transaction.amend('pods', old.id, fields) : transaction.add('pods', { id, ...fields })
    })
    if (then['admitted'] !== true) return [{ expected: then, actual: 'admitted' }]
    return differ(withoutEmpty(then['pod'] ?? {}), withoutEmpty(pick(admitted, Object.keys(then['pod'] ?? {}))))
  } catch (error) {
    if (!(error instanceof KernelError)) throw error
    if (then['admitted'] === true) return [{ expected: then, actual: `${error.code}: ${error.message}` }]
    return [...differ(then['code'], error.code), ...(then['missing'] ? differ(then['missing'], error.details?.['missing']) : [])]
  }
}

/** What a class decides is missing in a pod that does not say it, as it is when somebody creates one. */
function arriving(given: GivenPod, plugin: string | undefined): Pod {
  const pod = { ...podOf(given) } as Partial<Pod>
  if (plugin === 'priority' && given.priority === undefined) delete pod.priority
  if (plugin === 'priority' && given.preemptionPolicy === undefined) delete pod.preemptionPolicy
  return pod as Pod
}

const pick = (record: object, fields: readonly string[]): object =>
  Object.fromEntries(fields.map((field) => [field, (record as Readonly<Record<string, unknown>>)[field]]))
const withoutEmpty = (record: object): object =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== '' && value !== null))

/** Nothing is placed but by the scenario. */
const nowhere: Plugin = { name: 'nowhere', apply: ({ hooks }) => hooks.filter.tap('nowhere', (candidates) => candidates.where(() => 'no')) }

/** How long after the last change of a timeline an eviction may still be due. */
const WATCHED_SECONDS = 1_000

async function evict(scenario: Scenario): Promise<Difference[]> {
  const started = await startKernel([nouns(), namespacesKind, classesKind, nowhere, taintEviction()])
  const { kernel, clock, settle } = started
  const began = clock.now()
  await store(kernel, scenario)
  await settle()
  const evictions = new Map<string, number>()
  kernel.committer.onApplied(({ changes }) => {
    for (const change of changes) {
      if (change.op !== 'put' || change.kind !== 'pods') continue
      const { name, reason } = change.record as Pod
      if (reason === 'Tainted' && !evictions.has(name)) evictions.set(name, (clock.now() - began) / 1000)
    }
  })
  // What was due at once was seen before anybody listened.
  for (const { name, reason } of kernel.state.all('pods')) if (reason === 'Tainted') evictions.set(name, 0)
  for (const { atSeconds, nodes = [], pods = [] } of scenario.when.timeline ?? []) {
    await passTo(started, began + atSeconds * 1000)
    await kernel.commit({ actorId: 'conformance' }, (transaction) => {
      for (const { name, ...fields } of nodes) {
        const known = kernel.state.find('nodes', 'name', name)
        if (known) transaction.update('nodes', known.id, fields)
        else transaction.create('nodes', aNode({ name, ...fields }))
      }
      for (const pod of pods) updatePod(started, pod, transaction)
    })
    await settle()
  }
  await passTo(started, clock.now() + WATCHED_SECONDS * 1000)
  const { evictions: expected = [], kept = [] } = scenario.then as {
    evictions?: readonly { pod: string; afterSeconds: number }[]
    kept?: readonly string[]
  }
  const due = Object.fromEntries(expected.map(({ pod, afterSeconds }) => [pod, afterSeconds]))
  return [
    ...differ(due, Object.fromEntries(evictions)),
    ...kept.filter((name) => evictions.has(name)).map((name) => ({ expected: `${name} kept`, actual: 'evicted' })),
  ]
}

function updatePod({ kernel }: TestKernel, given: GivenPod, transaction: Transaction): void {
  const { name, nodeName, tolerations, terminating } = given
  const known = [...kernel.state.all('pods')].find((pod) => pod.name === name)
  if (!known) return storePod(transaction, given)
  const nodeId = nodeName === undefined ? undefined : kernel.state.find('nodes', 'name', nodeName)?.id
  transaction.update('pods', known.id, {
    ...(tolerations ? { tolerations } : {}),
    ...(nodeId ? { nodeId, status: 'running' as const } : {}),
    ...(terminating ? { deletedAt: transaction.time } : {}),
  })
}

async function passTo({ clock, settle }: TestKernel, at: number): Promise<void> {
  while (clock.now() < at) {
    clock.advance(Math.min(1000, at - clock.now()))
    await settle()
  }
}

function select({ when, then }: Scenario): Difference[] {
  const matches = matchesSelector(when.selector as LabelSelector | null, when.labels ?? {})
  const isValid = isValidSelector(when.selector as LabelSelector | null)
  return [
    ...differ(then['matches'], matches && isValid),
    ...(then['invalid'] === true && isValid && matches ? [{ expected: 'invalid', actual: 'valid' }] : []),
  ]
}
