/**
 * One pod over a cluster that stands still: which plugin refuses which node, every score, the winner and the victims are what the
 * oracle says. The cluster is stored as it is, past admission.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Namespace, Pod, SchedulingPolicy } from '../../kernel/schema/index.ts'
import * as random from './arbitraries/index.ts'
import type { Cluster } from './cluster.ts'
import { compareVerdicts } from './compare.ts'
import { startWorld, TIMES, type World } from './world.ts'

interface Given {
  readonly nodes: readonly random.NodeSpec[]
  readonly placed: readonly { readonly spec: random.PodSpec; readonly node: number; readonly standing: Partial<Pod> }[]
  readonly labels: readonly Namespace['labels'][]
  readonly incoming: random.PodSpec
  readonly policy: SchedulingPolicy
  readonly maxPodsPerNode: number
  readonly reports: readonly (number | null)[]
}

const given: fc.Arbitrary<Given> = fc.record({
  nodes: fc.array(random.nodeSpec, { minLength: 1, maxLength: 8, size: 'max' }),
  placed: fc.array(fc.record({ spec: random.podSpec, node: fc.nat(7), standing: random.standing }), { maxLength: 16, size: 'max' }),
  labels: fc.tuple(random.namespaceLabels, random.namespaceLabels),
  incoming: random.podSpec,
  policy: fc.constantFrom('spread', 'spread', 'binpack', 'random', 'affinity', 'least_loaded'),
  maxPodsPerNode: fc.constantFrom(110, 110, 2),
  reports: fc.array(fc.constantFrom(null, 50, 900), { maxLength: 4 }),
})

async function build({ nodes, placed, labels, policy, maxPodsPerNode, reports }: Given): Promise<World> {
  const world = await startWorld()
  await world.write((transaction) => {
    for (const config of transaction.state.all('clusterConfigs')) {
      transaction.update('clusterConfigs', config.id, { schedulingPolicy: policy, maxPodsPerNode })
    }
    for (const pack of random.packs) transaction.create('packs', pack)
    for (const namespace of random.namespacesOf(labels)) transaction.create('namespaces', namespace)
    nodes.forEach((spec, index) => transaction.create('nodes', random.nodeOfSpec(spec, index)))
    placed.forEach(({ spec, node, standing }, index) => {
      transaction.create('pods', random.podOfSpec(spec, index, { ...standing, nodeId: random.nodeId(node % nodes.length) }))
    })
  })
  for (const [index, used] of reports.entries()) {
    if (used !== null && index < nodes.length) await world.report(random.nodeId(index), { cpu: used, memory: used })
  }
  return world
}

/** Higher than any pod's index. */
const INCOMING = 90

async function agree(input: Given): Promise<void> {
  const world = await build(input)
  const pod = random.podOfSpec(input.incoming, INCOMING)
  const cluster: Cluster = world.cluster()
  const { actual, expected } = compareVerdicts(world.kernel.scheduler, pod, cluster)
  expect(actual).toEqual(expected)
}

test('the verdict on one pod is the oracle’s: refusals, scores, winner and victims', async () => {
  await fc.assert(fc.asyncProperty(given, agree), { numRuns: 250 * TIMES })
}, 600_000)
