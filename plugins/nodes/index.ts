/**
 * Nodes: they join with a join token, are known by their own credential from then on, and send heartbeats.
 * Adds the kind nodes, its operations and the service heartbeats. What a node's silence leads to is health.ts.
 */
import { Type } from 'typebox'
import {
  Annotations,
  expectVersion,
  isEnded,
  KernelError,
  Labels,
  Listing,
  lookUp,
  Node,
  NodeStatus,
  NodeView,
  page,
  Page,
  Ref,
  RuntimeType,
  strict,
  Taint,
  timestamp,
  type Plugin,
  type PluginKernel,
  type Transaction,
} from '../../kernel/index.ts'
import { defineAgentCalls } from './agent-calls.ts'
import { heartbeatsOf, type Alive } from './alive.ts'
import { definePodMessages } from './pod-messages.ts'
import { definePresenceCalls } from './presence-calls.ts'

/** How often the last heartbeats are written to the store: they are not commits of their own. */
const HEARTBEATS_WRITTEN_MS = 60_000

export const nodes = (): Plugin => ({
  name: 'nodes',
  apply(kernel) {
    const alive = new Map<string, Alive>()
    kernel.kinds.define<Node>('nodes', {
      schema: Node,
      unique: { name: ({ name }) => name },
      indexes: { drain: ({ drain }) => (drain ? 'asked' : null) },
      watch: { permission: 'nodes:read', view: (node) => node },
    })
    kernel.provide('heartbeats', heartbeatsOf(alive))
    defineReads(kernel, alive)
    defineAgentCalls(kernel, alive)
    definePresenceCalls(kernel, alive)
    definePodMessages(kernel, alive)
    defineWrites(kernel, alive)
    kernel.clock.every(HEARTBEATS_WRITTEN_MS, () => writeHeartbeats(kernel, alive))
    // Connections that end from here on end because this control plane does: that says nothing about the nodes.
    kernel.onStop(() => alive.clear())
  },
})

function defineReads(kernel: PluginKernel, alive: ReadonlyMap<string, Alive>): void {
  const { operations, durable, scheduler } = kernel
  const view = (node: Node): NodeView => {
    const lastMs = alive.get(node.id)?.lastMs
    const { cpu, memory, storage, pods } = scheduler.usageOf(node.id)
    return {
      ...node,
      allocated: { cpu, memory, storage, pods },
      lastHeartbeat: lastMs === undefined ? node.lastHeartbeat : timestamp(lastMs),
    }
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
