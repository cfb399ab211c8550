/**
 * Random histories of a cluster: what happens to it, a few things at a time in one commit, and how each is done to a kernel.
 * Things are named by index, so that a history can be cut anywhere and still means something.
 */
import fc from 'fast-check'
import type { Node, Pod, Transaction } from '../../kernel/index.ts'
import * as random from './arbitraries/index.ts'
import { hasEnded } from './cluster.ts'
import type { World } from './world.ts'

const anyNode = fc.nat(7)
const anyPod = fc.nat(20)

const weighted = <T>(weight: number, arbitrary: fc.Arbitrary<T>) => ({ weight, arbitrary })
const eventOf = ({ nodeSpec, podSpec }: random.Theme) =>
  fc.oneof(
    weighted(2, fc.record({ do: fc.constant('join' as const), spec: nodeSpec })),
    weighted(1, fc.record({ do: fc.constant('leave' as const), node: anyNode, isEmptied: fc.boolean() })),
    weighted(2, fc.record({ do: fc.constant('relabel node' as const), node: anyNode, labels: random.nodeLabels })),
    weighted(2, fc.record({ do: fc.constant('taint' as const), node: anyNode, taints: random.taints })),
    weighted(1, fc.record({ do: fc.constant('cordon' as const), node: anyNode, unschedulable: fc.constantFrom(true, false, false) })),
    weighted(1, fc.record({ do: fc.constant('resize' as const), node: anyNode, allocatable: random.allocatable })),
    weighted(1, fc.record({ do: fc.constant('touch' as const), node: anyNode, status: random.nodeStatus })),
    weighted(14, fc.record({ do: fc.constant('create' as const), spec: podSpec })),
    weighted(2, fc.record({ do: fc.constantFrom('end' as const, 'stop' as const, 'delete' as const, 'condemn' as const), pod: anyPod })),
    weighted(2, fc.record({ do: fc.constantFrom('what stops has stopped' as const, 'what is placed runs' as const) })),
    weighted(1, fc.record({ do: fc.constant('report' as const), node: anyNode, used: fc.constantFrom(0, 400, 900) })),
    weighted(1, fc.record({ do: fc.constant('relabel pod' as const), pod: anyPod, labels: random.podLabels })),
    weighted(1, fc.record({ do: fc.constant('relabel namespace' as const), namespace: fc.nat(2), labels: random.namespaceLabels })),
    weighted(1, fc.record({ do: fc.constant('configure' as const), settings: random.settings })),
  )
type Event = ReturnType<typeof eventOf> extends fc.Arbitrary<infer E> ? E : never

export interface Step {
  /** All in one commit. */
  readonly events: readonly Event[]
  /** The store refuses the commit, and with it what the scheduler made of it: everything is undone. */
  readonly isRefused: boolean
}
export const history = (theme: random.Theme, maxLength: number): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.record({
      events: fc.array(eventOf(theme), { minLength: 1, maxLength: 4, size: 'max' }),
      isRefused: fc.oneof(weighted(9, fc.constant(false)), weighted(1, fc.constant(true))),
    }),
    { minLength: 3, maxLength, size: 'max' },
  )

/** What every history begins with: packs, namespaces and a few nodes. */
export async function begin(world: World, nodes: readonly random.NodeSpec[]): Promise<void> {
  await world.write((transaction) => {
    for (const pack of random.packs) transaction.create('packs', pack)
    for (const namespace of random.namespacesOf([])) transaction.create('namespaces', namespace)
    nodes.forEach((spec, index) => transaction.create('nodes', random.nodeOfSpec(spec, index)))
  })
}

/** Does it; what nodes report is no part of the commit. */
export async function take(world: World, { events, isRefused }: Step): Promise<void> {
  for (const each of events) if (each.do === 'report') await report(world, each)
  world.store.isHeld = isRefused
  const written = world.write((transaction) => {
    for (const each of events) happen(each, transaction)
  })
  if (!isRefused) return written
  await world.settle()
  world.store.fail(new Error('the store refuses'))
  world.store.isHeld = false
  return written.catch(() => undefined)
}

async function report(world: World, { node, used }: { readonly node: number; readonly used: number }): Promise<void> {
  const reporting = pick(inOrder(world.kernel.state.all('nodes')), node)
  if (reporting) await world.report(reporting.id, { cpu: used, memory: used })
}

function happen(what: Event, transaction: Transaction): void {
  const { state } = transaction
  const node = 'node' in what ? pick(inOrder(state.all('nodes')), what.node) : undefined
  const pod = 'pod' in what ? pick(inOrder(state.all('pods')), what.pod) : undefined
  if (what.do === 'join') {
    const index = firstFree((each) => !state.get('nodes', random.nodeId(each)))
    if (index < NODES_MAX) transaction.create('nodes', random.nodeOfSpec(what.spec, index))
  } else if (what.do === 'create') {
    transaction.create(
      'pods',
      random.podOfSpec(
        what.spec,
        firstFree((each) => !state.get('pods', random.podId(each))),
      ),
    )
  } else if (what.do === 'relabel namespace') {
    const namespace = state.find('namespaces', 'name', random.NAMESPACES[what.namespace] ?? '')
    if (namespace) transaction.update('namespaces', namespace.id, { labels: what.labels })
  } else if (what.do === 'configure') {
    for (const { id } of state.all('clusterConfigs')) transaction.update('clusterConfigs', id, what.settings)
  } else if (node) changeNode(what, node, transaction)
  else if (pod) changePod(what, pod, transaction)
  else if (what.do === 'what stops has stopped') {
    for (const each of state.all('pods')) if (each.status === 'stopping') transaction.update('pods', each.id, { status: 'evicted' })
  } else if (what.do === 'what is placed runs') {
    const startedAt = new Date(transaction.at).toISOString()
    for (const each of state.all('pods'))
      if (each.status === 'scheduled') transaction.update('pods', each.id, { status: 'running', startedAt })
  }
}

const NODES_MAX = 8
const firstFree = (isFree: (index: number) => boolean): number => {
  let index = 0
  while (!isFree(index)) index += 1
  return index
}
const inOrder = <T extends Node | Pod>(records: Iterable<T>): T[] => [...records].toSorted((a, b) => (a.name < b.name ? -1 : 1))
const pick = <T>(records: readonly T[], index: number): T | undefined => records[index % Math.max(1, records.length)]

function changeNode(what: Event, node: Node, transaction: Transaction): void {
  const { id, name } = node
  if (what.do === 'relabel node') transaction.update('nodes', id, { labels: random.ownHost(what.labels, name) })
  else if (what.do === 'taint') transaction.update('nodes', id, { taints: what.taints })
  else if (what.do === 'cordon') transaction.update('nodes', id, { unschedulable: what.unschedulable })
  else if (what.do === 'resize') transaction.update('nodes', id, { allocatable: what.allocatable })
  else if (what.do === 'touch') transaction.update('nodes', id, { status: what.status })
  else if (what.do === 'leave') {
    const pods = what.isEmptied ? transaction.state.by('pods', 'nodeId', id).filter((pod) => !hasEnded(pod)) : []
    for (const pod of pods) transaction.update('pods', pod.id, { status: 'evicted' })
    transaction.delete('nodes', id)
  }
}

function changePod(what: Event, pod: Pod, transaction: Transaction): void {
  const { id } = pod
  const isPlaced = pod.nodeId !== null && !hasEnded(pod)
  const leaving: Pod['status'] = isPlaced ? 'stopping' : hasEnded(pod) ? pod.status : 'stopped'
  if (what.do === 'end') transaction.update('pods', id, { status: isPlaced ? 'succeeded' : leaving })
  else if (what.do === 'stop') transaction.update('pods', id, { status: leaving })
  else if (what.do === 'condemn') transaction.update('pods', id, { status: leaving, deletedAt: new Date(transaction.at).toISOString() })
  else if (what.do === 'delete') transaction.delete('pods', id)
  else if (what.do === 'relabel pod') transaction.update('pods', id, { labels: what.labels })
}

const ROUND_MS = 11_000
const ROUNDS_MAX = 30

/** Lets everything happen that follows, until nothing does and nobody waits for a time any more. */
export async function calm(world: World): Promise<void> {
  const { kernel, clock, settle } = world
  await settle()
  let quiet = 0
  for (let rounds = 0; quiet < 2; rounds += 1) {
    if (rounds === ROUNDS_MAX) throw new Error(`the cluster was not calm after ${(ROUNDS_MAX * ROUND_MS) / 1000} s`)
    const { revision } = kernel.committer
    clock.advance(ROUND_MS)
    await settle()
    quiet = kernel.committer.revision === revision ? quiet + 1 : 0
  }
}

/** Where every pod is, by name. */
export function placements({ kernel: { state } }: World): Record<string, string | null> {
  const nodeOf = ({ nodeId }: Pod) => (nodeId === null ? null : (state.get('nodes', nodeId)?.name ?? 'a node that is gone'))
  return Object.fromEntries(inOrder(state.all('pods')).map((pod) => [pod.name, `${pod.status} ${nodeOf(pod)}`]))
}
