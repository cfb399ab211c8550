/** What agents call: a node registers and sends heartbeats. Of two connections that claim one node the newer wins. */
import { Type, type Static } from 'typebox'
import {
  Annotations,
  Capabilities,
  Capacity,
  clusterConfig,
  DnsName,
  Id,
  KernelError,
  Labels,
  lookUp,
  Node,
  nullable,
  RuntimeType,
  strict,
  Taint,
  timestamp,
  type Call,
  type LiveSession,
  type PluginKernel,
} from '../../kernel/index.ts'
import type { Alive } from './alive.ts'
import { mustBeItself } from './presence-calls.ts'

const Used = strict({ cpu: Type.Number({ minimum: 0 }), memory: Type.Number({ minimum: 0 }) })
const Registration = strict({
  id: Id,
  name: DnsName,
  runtimeType: RuntimeType,
  capabilities: Capabilities,
  allocatable: Capacity,
  labels: Type.Optional(Labels),
  annotations: Type.Optional(Annotations),
  taints: Type.Optional(Type.Array(Taint, { maxItems: 64 })),
  isNew: Type.Boolean({ description: 'the agent has just started; false when it only lost its connection' }),
})
const Registered = strict({
  node: Node,
  token: nullable(Type.String({ description: "the node's own credential, shown once to a node that came with a join token" })),
  heartbeatIntervalMs: Type.Integer(),
})
export function defineAgentCalls(kernel: PluginKernel, alive: Map<string, Alive>): void {
  const { operations, clock, state } = kernel
  operations.define({
    name: 'nodes.register',
    summary: 'A node says what it is and has; the answer holds its own credential when it came with a join token',
    http: 'POST /api/nodes',
    permission: 'nodes:register',
    input: Registration,
    output: Registered,
    errors: ['ALREADY_EXISTS', 'FORBIDDEN'],
    async handle(input, call) {
      const registered = await register(kernel, input, call)
      attach(kernel, alive, registered.node.id, call.session)
      return registered
    },
  })
  operations.define({
    name: 'nodes.heartbeat',
    summary: 'A node lives, and this is what its pods really use',
    http: 'POST /api/nodes/:id/heartbeat',
    permission: 'nodes:report',
    input: strict({ id: Id, used: Type.Optional(Used) }),
    output: strict({ at: Type.String() }),
    errors: ['FORBIDDEN', 'NOT_FOUND'],
    handle({ id, used }, call) {
      mustBeItself(id, call)
      lookUp(state, 'nodes', { ref: id, rule: 'name' })
      const known = alive.get(id)
      const lastMs = clock.now()
      if (known) Object.assign(known, { lastMs, used, goodbyeMs: undefined, isWritten: false })
      else alive.set(id, { lastMs, used, goodbyeMs: undefined, isSuspended: false, session: undefined, isWritten: false })
      return { at: timestamp(lastMs) }
    },
  })
}

type Registration = Static<typeof Registration>

/** A node that has a credential comes back as itself; a join token makes a new one, or repeats a registration whose answer was lost. */
function register(kernel: PluginKernel, { isNew, ...input }: Registration, { who, origin }: Call) {
  const { state, commit, need } = kernel
  const isBack = who.kind === 'node'
  if (isBack && who.id !== input.id) throw new KernelError('FORBIDDEN', 'this credential is bound to another node')
  return commit(origin, (transaction) => {
    const terms = isBack ? undefined : need('credentials').consumeJoin(transaction, who.credentialId)
    if (terms?.runtimeType && terms.runtimeType !== input.runtimeType) {
      throw new KernelError('FORBIDDEN', `this join token admits ${terms.runtimeType} nodes only`)
    }
    const before = state.get('nodes', input.id)
    if (before && !isBack) mustBeRepeat(before, who.credentialId)
    const facts = {
      ...input,
      labels: {
        ...input.labels,
        'stark/runtime': input.runtimeType,
        'kubernetes.io/hostname': input.name,
        ...before?.labels,
        ...terms?.labels,
      },
      annotations: { ...input.annotations, ...before?.annotations },
      taints: before ? before.taints : [...(input.taints ?? []), ...(terms?.taints ?? [])],
      status: 'online' as const,
      lastHeartbeat: timestamp(transaction.at),
    }
    const node = before
      ? transaction.amend('nodes', before.id, { ...facts, incarnation: before.incarnation + (isNew ? 1 : 0) })
      : transaction.add('nodes', { ...facts, unschedulable: false, trusted: false, registeredBy: who.credentialId, incarnation: 1 })
    const token = isBack ? null : need('credentials').issueForNode(transaction, node.id)
    return { node, token, heartbeatIntervalMs: clusterConfig(state).heartbeatIntervalMs }
  })
}

function mustBeRepeat(before: Node, tokenId: string): void {
  if (before.registeredBy === tokenId && before.status !== 'online') return
  throw new KernelError('ALREADY_EXISTS', `node ${before.name} has joined already: use its own credential, or delete the node first`)
}

/** The connection is the node's from now on. Of two that claim one node, the newer wins and the older is told. */
function attach(kernel: PluginKernel, alive: Map<string, Alive>, nodeId: string, session: LiveSession | undefined): void {
  const older = alive.get(nodeId)?.session
  alive.set(nodeId, { lastMs: kernel.clock.now(), goodbyeMs: undefined, isSuspended: false, used: undefined, session, isWritten: true })
  if (older && older.id !== session?.id) older.close('replaced', 'another connection has claimed this node')
  session?.onClose(() => {
    const known = alive.get(nodeId)
    if (known?.session?.id !== session.id) return
    known.session = undefined
    void setOffline(kernel, nodeId)
  })
}

async function setOffline({ state, commit, log }: PluginKernel, nodeId: string): Promise<void> {
  if (state.get('nodes', nodeId)?.status !== 'online') return
  try {
    await commit({ actorId: 'nodes' }, (transaction) => transaction.update('nodes', nodeId, { status: 'offline' }))
  } catch (error) {
    log.warn('a node that went offline could not be marked so; its silence will tell', { nodeId, error: String(error) })
  }
}
