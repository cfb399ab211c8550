/** A node without an agent: registered and heard from, with its pods in view, and everything that becomes of them said by the test. */
import { randomUUID } from 'node:crypto'
import type { Node, Pod } from '../../kernel/schema/index.ts'
import { done, type Api } from './api.ts'
import { waitFor } from './wait-for.ts'
import { WireSocket, type Outcome, type Watching } from './wire-socket.ts'

export type RawNodeFields = Partial<Pick<Node, 'id' | 'name' | 'runtimeType' | 'allocatable' | 'labels' | 'taints' | 'capabilities'>>

interface Registered {
  readonly node: Node
  readonly token: string | null
  readonly heartbeatIntervalMs: number
}

export class RawNode {
  readonly node: Node
  /** The node's own credential. */
  readonly credential: string
  wire: WireSocket
  pods: Watching
  #beat: NodeJS.Timeout | undefined

  private constructor(node: Node, credential: string, wire: WireSocket) {
    this.node = node
    this.credential = credential
    this.wire = wire
    this.pods = wire.watch('pods', { filter: { nodeId: node.id } })
  }

  /** @param api with a join token */
  static async join(api: Api, fields: RawNodeFields): Promise<RawNode> {
    const id = fields.id ?? randomUUID()
    const facts = {
      id,
      name: `node-${id}`,
      runtimeType: 'node',
      capabilities: { runtimeVersion: '20.19.0' },
      allocatable: { cpu: 8000, memory: 16_000, storage: 100_000, pods: 100 },
      ...fields,
    }
    const { node, token, heartbeatIntervalMs } = await done(api.post<Registered>('/api/nodes', { ...facts, isNew: true }))
    if (token === null) throw new Error('the control plane gave the node no credential')
    const wire = await WireSocket.greeted(api.url, token)
    await expectOutput(wire.ask('nodes.register', { ...facts, isNew: false }))
    const raw = new RawNode(node, token, wire)
    raw.#beat = setInterval(() => wire.socket.readyState === 1 && void raw.heartbeat(), heartbeatIntervalMs / 2)
    return raw
  }

  get id(): string {
    return this.node.id
  }

  heartbeat(): Promise<Outcome<object>> {
    return this.wire.ask('nodes.heartbeat', { id: this.id })
  }

  /** The pod as the node sees it, once it is there. */
  sees(podId: string): Promise<Pod> {
    return waitFor('the node to see its pod', () => this.pods.records.get(podId) as Pod | undefined, { intervalMs: 2 })
  }

  async report(pod: Pod, report: object): Promise<{ readonly isCurrent: boolean }> {
    return expectOutput(this.wire.ask('pods.report', { id: pod.id, incarnation: pod.incarnation, ...report }))
  }

  /** Leaves without a word. */
  close(): void {
    clearInterval(this.#beat)
    this.wire.terminate()
  }
}

async function expectOutput<T>(asked: Promise<Outcome<T>>): Promise<T> {
  const outcome = await asked
  if ('output' in outcome) return outcome.output
  throw new Error(`the server refused: ${outcome.problem.code} ${outcome.problem.detail}`)
}
