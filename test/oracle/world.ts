/** The real thing: the server's own scheduling plugins on a kernel with a virtual clock, and its state as the oracle reads it. */
import type { ClusterConfig, Plugin, Transaction } from '../../kernel/index.ts'
import { scheduling } from '../../plugins/preset.ts'
import { call, nodeOf } from '../support/calls.ts'
import { startKernel, type TestKernel } from '../support/kernel.ts'
import { MemoryStore } from '../support/memory-store.ts'
import type { Cluster } from './cluster.ts'

/** More of them find more: RUNS=20 npm run -s test:only -- test/oracle makes twenty times as many. */
export const TIMES = Number(process.env['RUNS'] ?? 1)

const owner = { actorId: 'test' }

export interface World extends TestKernel {
  /** Everything, as the oracle wants it. */
  cluster(): Cluster
  write(change: (transaction: Transaction) => void): Promise<void>
  /** A node says what it really uses. */
  report(nodeId: string, used: { readonly cpu: number; readonly memory: number }): Promise<void>
}

/** Nodes here do not send heartbeats: nothing is to be silent for too long. */
const SILENCE_MS = 3_600_000

export async function startWorld({
  store = new MemoryStore(),
  plugins = [],
}: { store?: MemoryStore; plugins?: readonly Plugin[] } = {}): Promise<World> {
  const started = await startKernel([...scheduling(), ...plugins], { store })
  const { kernel } = started
  const reported = new Map<string, { readonly cpu: number; readonly memory: number }>()
  const all = kernel.state
  const [config] = [...all.all('clusterConfigs')]
  if (!config) throw new Error('the cluster plugin stores a configuration')
  await kernel.commit(owner, (transaction) => transaction.update('clusterConfigs', config.id, { heartbeatTimeoutMs: SILENCE_MS }))
  return {
    ...started,
    cluster: () => ({
      nodes: [...all.all('nodes')],
      pods: [...all.all('pods')],
      namespaces: [...all.all('namespaces')],
      packs: [...all.all('packs')],
      settings: all.get('clusterConfigs', config.id) as ClusterConfig,
      reported,
    }),
    write: (change) => kernel.commit(owner, change),
    async report(nodeId, used) {
      await call(kernel, 'nodes.heartbeat', { id: nodeId, used }, { who: nodeOf(nodeId) })
      reported.set(nodeId, used)
    },
  }
}
