/** A kernel with the nouns' own plugins, a namespace, a pack and a node in it: for tests of what plugins do together. */
import type { Node, Pack, Plugin, Pod } from '../../kernel/index.ts'
import { cluster } from '../../plugins/cluster.ts'
import { health } from '../../plugins/health.ts'
import { history } from '../../plugins/history.ts'
import { idempotency } from '../../plugins/idempotency.ts'
import { namespaces } from '../../plugins/namespaces.ts'
import { nodes } from '../../plugins/nodes/index.ts'
import { packs } from '../../plugins/packs/index.ts'
import { pods } from '../../plugins/pods/index.ts'
import { resources } from '../../plugins/resources/index.ts'
import { runtime } from '../../plugins/runtime.ts'
import type { Bundles, Credentials, JoinTerms } from '../../plugins/services.ts'
import { aPack, type NodeFields } from './builders.ts'
import { admin, call, nodeOf, type CallOptions } from './calls.ts'
import { startKernel, type TestKernel } from './kernel.ts'
import type { MemoryStore } from './memory-store.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** What the store and auth provide, in memory. */
const services = (terms: JoinTerms): Plugin => ({
  name: 'services',
  apply({ provide }) {
    const kept = new Map<string, Buffer>()
    const bundles: Bundles = {
      put: async (sha256, bytes) => void kept.set(sha256, bytes),
      get: async (sha256) => kept.get(sha256),
      delete: async (sha256) => void kept.delete(sha256),
    }
    const credentials: Credentials = { consumeJoin: () => terms, issueForNode: (_transaction, nodeId) => `credential of ${nodeId}` }
    provide('bundles', bundles)
    provide('credentials', credentials)
  },
})

export interface Cluster extends TestKernel {
  readonly pack: Pack
  call<T>(name: string, input?: object, options?: CallOptions): Promise<T>
  /** A pod of the pack, placed if it can be. */
  run(input?: object): Promise<Pod>
  pod(id: string): Pod | undefined
  /** Registers a node as its agent would. */
  join(fields?: NodeFields): Promise<Node>
  report(pod: Pod, report: object): Promise<{ readonly isCurrent: boolean }>
  /** Moves time on, and lets everything happen that falls due. */
  pass(ms: number): Promise<void>
}

export async function startCluster({
  store,
  clock: given,
  plugins = [],
  terms = { labels: {}, taints: [], runtimeType: null },
}: { store?: MemoryStore; clock?: VirtualClock; plugins?: Plugin[]; terms?: JoinTerms } = {}): Promise<Cluster> {
  const all = [
    services(terms),
    cluster(),
    namespaces(),
    packs(),
    nodes(),
    pods(),
    runtime(),
    resources(),
    health(),
    history(),
    idempotency(),
    ...plugins,
  ]
  const started = await startKernel(all, { ...(store ? { store } : {}), ...(given ? { clock: given } : {}) })
  const { kernel, clock, settle } = started
  const known = [...kernel.state.all('packs')][0]
  const pack = known ?? (await kernel.commit({ actorId: 'test' }, (transaction) => transaction.add('packs', aPack({ name: 'web' }))))
  let joined = 0
  return {
    ...started,
    pack,
    call: (name, input, options) => call(kernel, name, input, options),
    async run(input = {}) {
      const pod = await call<Pod>(kernel, 'pods.create', { pack: pack.name, ...input })
      await settle()
      return kernel.state.get('pods', pod.id) ?? pod
    },
    pod: (id) => kernel.state.get('pods', id),
    async join(fields = {}) {
      joined += 1
      const id = fields.id ?? `b0000000-0000-4000-8000-${String(joined).padStart(12, '0')}`
      const { node } = await call<{ readonly node: Node }>(
        kernel,
        'nodes.register',
        {
          id,
          name: fields.name ?? `node-${joined}`,
          runtimeType: fields.runtimeType ?? 'node',
          capabilities: { runtimeVersion: '20.19.0' },
          allocatable: { cpu: 4000, memory: 8000, storage: 1000, pods: 100, ...fields.allocatable },
          isNew: true,
        },
        { who: admin },
      )
      await settle()
      return node
    },
    async report(pod, report) {
      const answer = await call<{ readonly isCurrent: boolean }>(
        kernel,
        'pods.report',
        { id: pod.id, incarnation: pod.incarnation, ...report },
        { who: nodeOf(pod.nodeId ?? '') },
      )
      await settle()
      return answer
    },
    async pass(ms) {
      const step = 1000
      for (let passed = 0; passed < ms; passed += step) {
        clock.advance(Math.min(step, ms - passed))
        await settle()
      }
    },
  }
}
