/** The plugins of the server, in order: the only file that knows them all. Delete a line and its feature is gone. */
import type { Plugin } from '../kernel/index.ts'
import { nodeAffinity } from './affinity/node-affinity.ts'
import { podAffinity } from './affinity/pod-affinity.ts'
import { agentFiles } from './agent-files.ts'
import { audit } from './audit.ts'
import { auth } from './auth/index.ts'
import { namespaceAccess } from './auth/namespace-access.ts'
import type { SetupOptions } from './auth/setup.ts'
import { tokens } from './auth/tokens.ts'
import { cluster } from './cluster.ts'
import { webConsole } from './console.ts'
import { cordon } from './cordon.ts'
import { deployments } from './deployments/index.ts'
import { drain } from './drain.ts'
import { dropIns, type DropInsOptions } from './drop-ins/index.ts'
import { events } from './events/index.ts'
import { explaining } from './explain/index.ts'
import { gateway, type GatewayOptions } from './gateway/index.ts'
import { gc } from './gc.ts'
import { health } from './health.ts'
import { history } from './history.ts'
import { idempotency } from './idempotency.ts'
import { logs } from './logs/index.ts'
import { metrics } from './metrics/index.ts'
import { namespaces } from './namespaces.ts'
import { nodes } from './nodes/index.ts'
import { packs } from './packs/index.ts'
import { panels } from './panels.ts'
import { pods } from './pods/index.ts'
import { preemption } from './preemption.ts'
import { priority } from './priority.ts'
import { limitRange } from './quotas/limit-range.ts'
import { quota } from './quotas/quota.ts'
import { rateLimit, type RateLimitOptions } from './rate-limit/index.ts'
import { resources } from './resources/index.ts'
import { rest, type RestOptions } from './rest/index.ts'
import { runtime } from './runtime.ts'
import { secrets, type SecretsOptions } from './secrets/index.ts'
import { supabase } from './supabase/index.ts'
import type { Store } from './supabase/store.ts'
import { system } from './system.ts'
import { taintEviction } from './taint-eviction.ts'
import { taints } from './taints.ts'
import { topologySpread } from './topology-spread.ts'
import { tracing } from './tracing/index.ts'

export interface PresetOptions {
  readonly store: Store
  readonly setup: SetupOptions
  readonly doors: RestOptions & GatewayOptions & RateLimitOptions
  /** The folder of what was built for browsers: the console and the agent. */
  readonly console: string
  readonly dropIns: DropInsOptions
  readonly secrets: SecretsOptions
}

/** What decides: everything that a scheduling question needs, in a server, in a browser or in a simulation. */
export const scheduling = (): Plugin[] => [
  cluster(),
  namespaces(),
  packs(),
  nodes(),
  pods(),
  priority(),
  limitRange(),
  runtime(),
  cordon(),
  taints(),
  nodeAffinity(),
  resources(),
  quota(),
  podAffinity(),
  topologySpread(),
  health(),
  preemption(),
  taintEviction(),
  drain(),
  explaining(),
]

export const preset = ({ store, setup, doors, console, dropIns: outside, secrets: keys }: PresetOptions): Plugin[] => [
  supabase(store),
  ...scheduling(),
  deployments(),
  history(),
  gc(),
  idempotency(),
  logs(),
  rateLimit(doors),
  namespaceAccess(),
  tokens(),
  auth(setup),
  secrets(keys),
  audit(),
  system(),
  dropIns(outside),
  rest(doors),
  gateway(doors),
  metrics(),
  events(),
  tracing(),
  panels(),
  webConsole(console),
  agentFiles(console),
]
