/** A cluster with every rule of the server and explaining, for the tests of explaining; and what agents and people do in it for real. */
import type { Kernel, Node, Pod } from '../../kernel/index.ts'
import { mergePatch } from '../../plugins/explain/merge-patch.ts'
import { scheduling } from '../../plugins/preset.ts'
import { aNode, aPod, ofPack, type NodeFields, type PodFields } from '../support/builders.ts'
import { nodeOf } from '../support/calls.ts'
import { startCluster, type Cluster } from '../support/cluster.ts'

/** What startCluster brings itself. */
const BROUGHT = ['cluster', 'namespaces', 'packs', 'nodes', 'pods', 'runtime', 'resources', 'health']

/** How long a pod that was tried a few times in vain may wait for its next turn; no node is given up in that time. */
const BACKOFF_MS = 1_000

export interface Change {
  readonly kind: 'pod' | 'node' | 'namespace' | 'cluster'
  readonly text: string
  readonly patch: Readonly<Record<string, unknown>>
}
export interface Explanation {
  readonly summary: string
  readonly feasible: string[]
  readonly chosen: string | null
  readonly runnerUp: string | null
  readonly victims: string[]
  readonly nodes: Record<string, { refused?: Record<string, string>; scores?: Record<string, number>; total?: number }>
  readonly changes: Change[]
}
export interface Forecast {
  readonly moves: { readonly pod: string; readonly from: string | null; readonly to: string; readonly reason: string }[]
  readonly pending: { readonly pod: string; readonly reason: string }[]
  readonly evicted: { readonly pod: string; readonly from: string; readonly reason: string }[]
  readonly hash: string
}

export interface Explained extends Cluster {
  readonly put: (nodes: readonly Node[], pods?: readonly Pod[]) => Promise<void>
  readonly dryRun: (input?: object) => Promise<Explanation>
  readonly whatIf: (...steps: object[]) => Promise<Forecast>
  /** Lets the scheduler place and the agents end what was asked to stop, all at once, until nothing moves. */
  readonly finish: () => Promise<void>
  readonly nodeNameOf: (podId: string) => string | undefined
}

export async function explainedCluster(): Promise<Explained> {
  const made = await startCluster({ plugins: scheduling().filter(({ name }) => !BROUGHT.includes(name)) })
  const { kernel, call, settle, pass } = made
  await kernel.commit({ actorId: 'test' }, (transaction) => {
    const fields = { globalDefault: false, preemptionPolicy: 'PreemptLowerPriority' as const, description: '' }
    transaction.add('priorityClasses', { ...fields, name: 'low', value: -10 })
    transaction.add('priorityClasses', { ...fields, name: 'high', value: 10 })
  })
  return {
    ...made,
    async put(nodes, pods = []) {
      await kernel.commit({ actorId: 'test' }, (transaction) => {
        for (const node of nodes) transaction.create('nodes', node)
        for (const pod of pods) transaction.create('pods', pod)
      })
      await settle()
    },
    dryRun: (input = {}) => call('pods.create', { pack: 'web', dryRun: true, ...input }),
    whatIf: (...steps) => call('cluster.whatif', { steps }),
    async finish() {
      await pass(BACKOFF_MS)
      for (let stopping = stoppingIn(kernel); stopping.length > 0; stopping = stoppingIn(kernel)) {
        await Promise.all(stopping.map((pod) => call('pods.report', stopped(pod), { who: nodeOf(pod.nodeId ?? '') })))
        await pass(BACKOFF_MS)
      }
    },
    nodeNameOf(podId) {
      const nodeId = kernel.state.get('pods', podId)?.nodeId
      return nodeId ? kernel.state.get('nodes', nodeId)?.name : undefined
    },
  }
}

const stoppingIn = (kernel: Kernel): Pod[] => [...kernel.state.all('pods')].filter(({ status }) => status === 'stopping')

const stopped = ({ id, incarnation }: Pod) => ({ id, incarnation, status: 'stopped' })

/** A small node; only what the test is about differs. */
export const node = (name: string, fields: NodeFields = {}): Node =>
  aNode({ name, ...fields, allocatable: { cpu: 1000, memory: 1000, storage: 1000, pods: 10, ...fields.allocatable } })

/** A pod that runs on a node. */
export const on = ({ id }: Node, { pack }: Pick<Cluster, 'pack'>, fields: PodFields = {}): Pod =>
  aPod({ ...ofPack(pack), nodeId: id, status: 'running', incarnation: 1, resources: { requests: { cpu: 100, memory: 100 } }, ...fields })

/** Makes the change as a person would, past what only a person may do. @returns the input to create the pod with */
export async function makeReal({ kernel, call }: Explained, { kind, patch }: Change, input: object): Promise<object> {
  if (kind === 'pod') return mergePatch(input, patch)
  const name = String(patch['name'])
  if (kind === 'cluster') await call('cluster.update', patch)
  if (kind === 'namespace') await call('namespaces.update', patch)
  if (kind === 'node') {
    const known = kernel.state.find('nodes', 'name', name)
    await kernel.commit({ actorId: 'test' }, (transaction) => {
      if (known) transaction.amend('nodes', known.id, mergePatch(known, patch))
      else transaction.create('nodes', aNode(patch))
    })
  }
  return input
}
