/**
 * A control plane without agents and without a store: the real kernel and the real gateway in this process, with nodes and pods that
 * nobody runs, of which as many change each second as it is told, one commit for each. It serves the console as it is built, and lets
 * anybody in. For clusters larger than hollow agents can be here.
 */
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { dist } from '../../../console/cli/build.mjs'
import { Kernel, Meta, Node, Pod, silent, strict, type PodStatus, type Plugin } from '../../../kernel/index.ts'
import { gateway } from '../../../plugins/gateway/index.ts'
import { hostClock } from '../../../plugins/host-clock.ts'
import { aNode, aPod } from '../../support/builders.ts'
import { admin } from '../../support/calls.ts'
import { MemoryStore } from '../../support/memory-store.ts'

const TICK_MS = 10
const ZONES = ['zone-a', 'zone-b', 'zone-c', 'zone-d']
const PACKS = ['web', 'api', 'worker', 'mailer', 'search']
const NAMESPACES = ['default', 'shop', 'data']
const LIFE: readonly PodStatus[] = ['running', 'running', 'running', 'starting', 'stopping', 'unknown']
/** One change in so many is of a node: it is cordoned or not, it leaves with its pods, or another comes. */
const NODE_EVERY = 50
/** What the console also follows, and nobody has anything of here. */
const EMPTY_KINDS = ['packs', 'namespaces', 'deployments', 'clusterConfigs', 'events'] as const
const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' }
const A_DAY_MS = 86_400_000

export interface FeedSize {
  readonly nodes: number
  readonly pods: number
}

export class ConsoleFeed {
  readonly #kernel: Kernel
  readonly #server = createServer((request, response) => this.#serve(request, response))
  readonly #files = builtFiles()
  readonly #nodeIds: string[] = []
  readonly #podIds: string[] = []
  #timer: NodeJS.Timeout | undefined
  #owed = 0
  #random = 1
  #named = 0
  /** How many changes there were. */
  changed = 0

  private constructor({ nodes, pods }: FeedSize) {
    const store = new MemoryStore()
    const made = Array.from({ length: nodes }, (_, index) => this.#node(index))
    this.#nodeIds.push(...made.map(({ id }) => id))
    const placed = Array.from({ length: pods }, () => this.#pod())
    this.#podIds.push(...placed.map(({ id }) => id))
    store.records.set('nodes', new Map(made.map((node) => [node.id, node])))
    store.records.set('pods', new Map(placed.map((pod) => [pod.id, pod])))
    store.revision = 1
    const plugins = [store.plugin(), this.#door(), gateway({ allowedOrigins: [] })]
    this.#kernel = new Kernel({ plugins, clock: hostClock, newId: randomUUID, log: silent })
  }

  static async start(size: FeedSize): Promise<ConsoleFeed> {
    const feed = new ConsoleFeed(size)
    await feed.#kernel.start()
    await new Promise<void>((resolve) => feed.#server.listen(0, '127.0.0.1', resolve))
    return feed
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** So many changes a second from now on; 0 is none. */
  change(perSecond: number): void {
    clearInterval(this.#timer)
    let last = performance.now()
    this.#timer = setInterval(() => {
      const now = performance.now()
      this.#owed += ((now - last) / 1000) * perSecond
      last = now
      for (; this.#owed >= 1; this.#owed -= 1) this.#changeOne()
    }, TICK_MS)
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#server.closeAllConnections()
    this.#server.close()
    await this.#kernel.stop()
  }

  /** The kinds, whoever comes as administrator, and the way in. */
  #door(): Plugin {
    return {
      name: 'door',
      apply: ({ kinds, operations, provide }) => {
        const watch = { permission: '*', view: (record: object) => record }
        const indexes = { nodeId: ({ nodeId }: Pod) => nodeId }
        kinds.define<Node>('nodes', { schema: Node, watch })
        kinds.define<Pod>('pods', { schema: Pod, indexes, watch })
        for (const kind of EMPTY_KINDS) kinds.define(kind, { schema: strict(Meta), watch })
        operations.authenticate.tapPromise('door', () => Promise.resolve(admin))
        provide('web', { server: this.#server, isSecure: false, serve: () => undefined, remoteOf: () => '127.0.0.1' })
      },
    }
  }

  /** The same in every run. Source: https://en.wikipedia.org/wiki/Lehmer_random_number_generator */
  #pick(below: number): number {
    this.#random = (this.#random * 48_271) % 2_147_483_647
    return this.#random % below
  }

  #of<T>(values: readonly T[]): T {
    const value = values[this.#pick(values.length)]
    if (value === undefined) throw new Error('there is nothing to choose from')
    return value
  }

  #node(index: number): Node {
    const labels = { zone: ZONES[index % ZONES.length] ?? '', disk: index % 3 === 0 ? 'ssd' : 'hdd' }
    const fields = { name: `node-${++this.#named}`, labels, allocatable: { cpu: 8_000, memory: 32_000, pods: 110 } }
    return aNode({ ...fields, runtimeType: index % 5 === 0 ? 'browser' : 'node', unschedulable: index % 97 === 0 })
  }

  #pod(): Pod {
    const [pack, createdAt] = [this.#of(PACKS), new Date(Date.now() - this.#pick(A_DAY_MS * 2)).toISOString()]
    return aPod({
      name: `${pack}-${++this.#named}`,
      namespace: this.#of(NAMESPACES),
      packName: pack,
      packVersion: `1.${this.#pick(3)}.0`,
      labels: { app: pack, tier: this.#of(['front', 'back']) },
      nodeId: this.#of(this.#nodeIds),
      status: this.#of(LIFE),
      createdAt,
      resources: { requests: { cpu: 100 + this.#pick(5) * 100, memory: 256 + this.#pick(4) * 256 } },
    })
  }

  #changeOne(): void {
    this.changed += 1
    if (this.changed % NODE_EVERY === 0) this.#changeNode()
    else this.#changePod()
  }

  /** Most only turn to another state; some move to another node. */
  #changePod(): void {
    const id = this.#of(this.#podIds)
    const change = this.#pick(10) === 0 ? { nodeId: this.#of(this.#nodeIds), status: 'starting' as const } : { status: this.#of(LIFE) }
    void this.#kernel.commit({ actorId: 'feed' }, (transaction) => transaction.update('pods', id, change))
  }

  /** As many come as leave. The pods of one that leaves move to others. */
  #changeNode(): void {
    const at = this.#pick(this.#nodeIds.length)
    const id = this.#nodeIds[at]
    const node = id === undefined ? undefined : this.#kernel.state.get('nodes', id)
    if (!node) throw new Error('the feed does not know its nodes')
    void this.#kernel.commit({ actorId: 'feed' }, (transaction) => {
      if (this.#pick(4) > 0) return transaction.update('nodes', node.id, { unschedulable: !node.unschedulable })
      const other = transaction.add('nodes', this.#node(at))
      this.#nodeIds[at] = other.id
      for (const pod of this.#kernel.state.by('pods', 'nodeId', node.id)) transaction.update('pods', pod.id, { nodeId: other.id })
      return transaction.delete('nodes', node.id)
    })
  }

  #serve({ url = '/', method }: IncomingMessage, response: ServerResponse): void {
    if (method === 'POST' && url === '/api/auth/login') return signIn(response)
    const { pathname } = new URL(url, this.url)
    if (pathname === '/panels.json') return void response.setHeader('content-type', 'application/json').end('[]')
    const file = this.#files.has(pathname.slice(1)) ? pathname.slice(1) : 'index.html'
    response.setHeader('content-type', TYPES[path.extname(file)] ?? 'application/octet-stream')
    response.end(this.#files.get(file))
  }
}

/** By their paths, read at once: a build that others begin meanwhile does not mix with this one. */
function builtFiles(): ReadonlyMap<string, Buffer> {
  const folder = path.join(dist, 'web')
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => path.extname(name) in TYPES)
  return new Map(names.map((name) => [name, readFileSync(path.join(folder, name))]))
}

function signIn(response: ServerResponse): void {
  response.setHeader('content-type', 'application/json')
  const expiresAt = new Date(Date.now() + A_DAY_MS).toISOString()
  const user = { id: '00000000-0000-4000-8000-000000000001', email: 'admin@stark.example', role: 'admin' }
  response.end(JSON.stringify({ user, accessToken: 'a', refreshToken: 'r', expiresAt }))
}
