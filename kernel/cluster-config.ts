/** The cluster's configuration as it stands, or what it is before anybody has changed it. */
import type { ClusterConfig } from './schema/index.ts'
import type { State } from './state.ts'

export type ClusterSettings = Omit<ClusterConfig, 'id' | 'createdAt' | 'updatedAt' | 'resourceVersion'>

export const clusterDefaults: ClusterSettings = {
  maxPodsPerNode: 110,
  defaultNamespace: 'default',
  schedulingPolicy: 'spread',
  defaultRequests: { cpu: 100, memory: 128 },
  defaultLimits: { cpu: 500, memory: 512 },
  heartbeatIntervalMs: 10_000,
  heartbeatTimeoutMs: 30_000,
  unreachableTolerationSeconds: 300,
  enablePreemption: true,
  registration: 'closed',
}

export function clusterConfig(state: State): ClusterSettings {
  if (!state.has('clusterConfigs')) return clusterDefaults
  for (const config of state.all('clusterConfigs')) return config
  return clusterDefaults
}
