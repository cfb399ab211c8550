/**
 * The cluster's configuration, one object, and its totals.
 * Adds the kind clusterConfigs and the operations cluster.get and cluster.update.
 */
import { Type } from 'typebox'
import { ClusterConfig, clusterDefaults, expectVersion, invalid, strict, type Plugin, type PluginKernel } from '../kernel/index.ts'

const Totals = strict({
  nodes: Type.Integer(),
  nodesOnline: Type.Integer(),
  pods: Type.Integer(),
  podsPending: Type.Integer(),
  packs: Type.Integer(),
})
const Cluster = strict({ ...ClusterConfig.properties, totals: Totals })
const { id: _id, createdAt: _createdAt, updatedAt: _updatedAt, resourceVersion: _resourceVersion, ...settings } = ClusterConfig.properties

export const cluster = (): Plugin => ({
  name: 'cluster',
  apply(kernel) {
    kernel.kinds.define<ClusterConfig>('clusterConfigs', {
      schema: ClusterConfig,
      shapesPlacement: true,
      watch: { permission: 'cluster:read', view: (config) => config },
    })
    kernel.operations.define({
      name: 'cluster.get',
      summary: "The cluster's configuration and totals",
      http: 'GET /api/cluster',
      permission: 'cluster:read',
      input: strict({}),
      output: Cluster,
      handle: () => ({ ...stored(kernel), totals: totals(kernel) }),
    })
    kernel.operations.define({
      name: 'cluster.update',
      summary: "Changes the cluster's configuration",
      http: 'PATCH /api/cluster',
      permission: 'cluster:write',
      input: Type.Partial(strict(settings), { additionalProperties: false }),
      output: Cluster,
      errors: ['PRECONDITION_FAILED', 'INVALID'],
      async handle(input, call) {
        const before = stored(kernel)
        expectVersion(before, call.ifMatch)
        judge(kernel, { ...before, ...input })
        judgeWeights(kernel, input)
        const config = await kernel.commit(call.origin, (transaction) => transaction.amend('clusterConfigs', before.id, input))
        return { ...config, totals: totals(kernel) }
      },
    })
    kernel.onStart(() => ensureStored(kernel))
  },
})

/** Settings that are fine one by one and would leave nothing that works. @throws KernelError INVALID */
function judge({ state }: PluginKernel, { defaultNamespace, heartbeatIntervalMs, heartbeatTimeoutMs }: ClusterConfig): void {
  if (state.has('namespaces') && !state.find('namespaces', 'name', defaultNamespace)) {
    throw invalid([{ path: '/defaultNamespace', message: `is ${defaultNamespace}, and there is no such namespace` }])
  }
  if (heartbeatTimeoutMs <= heartbeatIntervalMs) {
    const message = `is ${heartbeatTimeoutMs}, and a node is heard only each ${heartbeatIntervalMs} ms: it would always be lost`
    throw invalid([{ path: '/heartbeatTimeoutMs', message }])
  }
}

/** Only what is asked for: a weight may outlive the plugin that it was given to. @throws KernelError INVALID */
function judgeWeights({ plugins }: PluginKernel, { scoreWeights = {} }: Partial<ClusterConfig>): void {
  const scoring = plugins().flatMap(({ scores }) => scores)
  const unknown = Object.keys(scoreWeights).filter((name) => !scoring.includes(name))
  if (unknown.length === 0) return
  const message = `no plugin scores under this name: ${scoring.toSorted().join(', ')} do`
  throw invalid(unknown.map((name) => ({ path: `/scoreWeights/${name}`, message })))
}

function stored({ durable }: Pick<PluginKernel, 'durable'>): ClusterConfig {
  for (const config of durable.all('clusterConfigs')) return config
  throw new Error('the cluster has no configuration')
}

/** The store's migrations bring the configuration; a store without them is given the defaults. */
async function ensureStored({ state, commit }: Pick<PluginKernel, 'state' | 'commit'>): Promise<void> {
  for (const _config of state.all('clusterConfigs')) return
  await commit({ actorId: 'cluster' }, (transaction) => transaction.add('clusterConfigs', clusterDefaults))
}

function totals({ durable, state, scheduler }: PluginKernel) {
  const count = (kind: 'nodes' | 'pods' | 'packs') => (state.has(kind) ? [...durable.all(kind)].length : 0)
  const online = state.has('nodes') ? [...durable.all('nodes')].filter(({ status }) => status === 'online').length : 0
  return { nodes: count('nodes'), nodesOnline: online, pods: count('pods'), podsPending: scheduler.pending, packs: count('packs') }
}
