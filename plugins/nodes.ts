/**
 * Nodes: they join with a join token, are known by their own credential from then on, and send heartbeats.
 * Adds the kind nodes, its operations and the service heartbeats. What a node's silence leads to is health.ts.
 */
import { Type, type Static } from 'typebox'
import {
  Annotations,
  Capabilities,
  Capacity,
  clusterConfig,
  DnsName,
  expectVersion,
  Id,
  isEnded,
  KernelError,
  Labels,
  Listing,
  lookUp,
  Node,
  NodeStatus,
  NodeView,
  nullable,
  page,
  Page,
  Ref,
  RuntimeType,
  strict,
  Taint,
  timestamp,
  type Call,
  type LiveSession,
  type Plugin,
  type PluginKernel,
  type Transaction,
} from '../kernel/index.ts'
import type { Heartbeats } from './services.ts'

/** How often the last heartbeats are written to the store: they are not commits of their own. */
const HEARTBEATS_WRITTEN_MS = 60_000

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

interface Alive {
  lastMs: number
  goodbyeMs: number | undefined
  used: { readonly cpu: number; readonly memory: number } | undefined
  session: LiveSession | undefined
  isWritten: boolean
}

export const nodes = (): Plugin => ({
  name: 'nodes',
  apply(kernel) {
    const alive = new Map<string, Alive>()
    kernel.kinds.define<Node>('nodes', {
      schema: Node,
      unique: { name: ({ name }) => name },
      watch: { permission: 'nodes:read', view: (node) => node },
    })
    kernel.provide('heartbeats', heartbeatsOf(alive))
    defineReads(kernel, alive)
    defineAgentCalls(kernel, alive)
    defineWrites(kernel, alive)
    kernel.clock.every(HEARTBEATS_WRITTEN_MS, () => writeHeartbeats(kernel, alive))
    // Connections that end from here on end because this control plane does: that says nothing about the nodes.
    kernel.onStop(() => alive.clear())
  },
})

const heartbeatsOf = (alive: ReadonlyMap<string, Alive>): Heartbeats => ({
  last: (nodeId) => alive.get(nodeId)?.lastMs,
  goodbye: (nodeId) => alive.get(nodeId)?.goodbyeMs,
  used: (nodeId) => alive.get(nodeId)?.used,
})

function defineReads(kernel: PluginKernel, alive: ReadonlyMap<string, Alive>): void {
  const { operations, durable, scheduler } = kernel
  const view = (node: Node): NodeView => {
    const lastMs = alive.get(node.id)?.lastMs
    const { assumed: _assumed, ...allocated } = scheduler.usage.of(node.id)
    return { ...node, allocated, lastHeartbeat: lastMs === undefined ? node.lastHeartbeat : timestamp(lastMs) }
  }
  operations.define({
    name: 'nodes.list',
    summary: 'Nodes',
    http: 'GET /api/nodes',
    permission: 'nodes:read',
    input: strict({
      ...Page,
      labelSelector: Type.Optional(Type.String()),
      runtime: Type.Optional(RuntimeType),
      status: Type.Optional(NodeStatus),
    }),
    output: Listing(NodeView),
    handle({ runtime, status, ...request }) {
      const wanted = [...durable.all('nodes')].filter(
        (node) => (runtime === undefined || node.runtimeType === runtime) && (status === undefined || node.status === status),
      )
      const { items, nextCursor } = page(wanted, request)
      return { items: items.map(view), nextCursor }
    },
  })
  operations.define({
    name: 'nodes.get',
    summary: 'One node, by id or name',
    http: 'GET /api/nodes/:id',
    permission: 'nodes:read',
    input: strict({ id: Ref }),
    output: NodeView,
    errors: ['NOT_FOUND'],
    handle: ({ id }) => view(lookUp(durable, 'nodes', { ref: id, rule: 'name' })),
  })
}

function defineAgentCalls(kernel: PluginKernel, alive: Map<string, Alive>): void {
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
      else alive.set(id, { lastMs, used, goodbyeMs: undefined, session: undefined, isWritten: false })
      return { at: timestamp(lastMs) }
    },
  })
  operations.define({
    name: 'nodes.goodbye',
    summary: 'A node stops on purpose; unless it is back soon, its pods are lost',
    http: 'POST /api/nodes/:id/goodbye',
    permission: 'nodes:report',
    status: 204,
    input: strict({ id: Id }),
    output: Type.Null(),
    errors: ['FORBIDDEN'],
    handle({ id }, call) {
      mustBeItself(id, call)
      const known = alive.get(id)
      if (known) known.goodbyeMs = clock.now()
      return null
    },
  })
}

function mustBeItself(id: string, { who }: Call): void {
  if (who.kind === 'node' && who.id === id) return
  throw new KernelError('FORBIDDEN', 'a node speaks for itself only')
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
  alive.set(nodeId, { lastMs: kernel.clock.now(), goodbyeMs: undefined, used: undefined, session, isWritten: true })
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

function defineWrites(kernel: PluginKernel, alive: Map<string, Alive>): void {
  const { operations, state, commit } = kernel
  operations.define({
    name: 'nodes.update',
    summary: "Changes a node's labels, annotations, taints or trust",
    http: 'PATCH /api/nodes/:id',
    permission: 'nodes:write',
    input: strict({
      id: Ref,
      labels: Type.Optional(Labels),
      annotations: Type.Optional(Annotations),
      taints: Type.Optional(Type.Array(Taint, { maxItems: 64 })),
      trusted: Type.Optional(Type.Boolean()),
    }),
    output: Node,
    errors: ['NOT_FOUND', 'PRECONDITION_FAILED'],
    handle({ id, ...patch }, { origin, ifMatch }) {
      const node = lookUp(state, 'nodes', { ref: id, rule: 'name' })
      expectVersion(node, ifMatch)
      return commit(origin, (transaction) => transaction.amend('nodes', node.id, patch))
    },
  })
  operations.define({
    name: 'nodes.delete',
    summary: 'Forgets a node on which nothing runs',
    http: 'DELETE /api/nodes/:id',
    permission: 'nodes:write',
    status: 204,
    input: strict({ id: Ref }),
    output: Type.Null(),
    errors: ['NOT_FOUND', 'IN_USE', 'PRECONDITION_FAILED'],
    async handle({ id }, { origin, ifMatch }) {
      const node = lookUp(state, 'nodes', { ref: id, rule: 'name' })
      expectVersion(node, ifMatch)
      const running = state.has('pods') ? state.by('pods', 'nodeId', node.id).filter((pod) => !isEnded(pod)).length : 0
      if (running > 0) throw new KernelError('IN_USE', `${running} pods are on ${node.name}: stop them first`)
      await commit(origin, (transaction) => transaction.delete('nodes', node.id))
      alive.get(node.id)?.session?.close('replaced', 'the node was deleted')
      alive.delete(node.id)
      return null
    },
  })
}

async function writeHeartbeats({ state, commit, log }: PluginKernel, alive: ReadonlyMap<string, Alive>): Promise<void> {
  const news = [...alive].filter(([nodeId, { isWritten }]) => !isWritten && state.get('nodes', nodeId))
  if (news.length === 0) return
  try {
    await commit({ actorId: 'nodes' }, (transaction: Transaction) => {
      for (const [nodeId, each] of news) {
        transaction.update('nodes', nodeId, { lastHeartbeat: timestamp(each.lastMs) })
        each.isWritten = true
      }
    })
  } catch (error) {
    log.warn('heartbeats could not be written; the next ones will be', { nodes: news.length, error: String(error) })
  }
}
