/**
 * A control plane that is none: it serves the console as it is built, lets anybody in, and tells of nodes and pods that nobody runs,
 * changing as many a second as it is told, one event for each as commits have it. For clusters larger than hollow agents can be here.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { WebSocketServer, type WebSocket } from 'ws'
import { dist } from '../../../console/cli/build.mjs'
import type { Node, Pod, PodStatus } from '../../../kernel/schema/index.ts'
import type { Event, FromClient, FromServer } from '../../../kernel/wire/frames.ts'
import { aNode, aPod } from '../../support/builders.ts'

const TICK_MS = 10
const ZONES = ['zone-a', 'zone-b', 'zone-c', 'zone-d']
const PACKS = ['web', 'api', 'worker', 'mailer', 'search']
const NAMESPACES = ['default', 'shop', 'data']
const LIFE: readonly PodStatus[] = ['running', 'running', 'running', 'starting', 'stopping', 'unknown']
const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' }
const A_DAY_MS = 86_400_000

export interface FeedSize {
  readonly nodes: number
  readonly pods: number
}

export class ConsoleFeed {
  readonly #nodes: readonly Node[]
  readonly #pods: Pod[]
  readonly #files = builtFiles()
  readonly #server = createServer((request, response) => this.#serve(request, response))
  readonly #sockets = new Map<WebSocket, Map<string, number>>()
  #revision = 1
  #timer: NodeJS.Timeout | undefined
  #owed = 0
  /** How many changes there were. */
  changed = 0
  #random = 1

  private constructor({ nodes, pods }: FeedSize) {
    this.#nodes = Array.from({ length: nodes }, (_, index) => this.#node(index))
    this.#pods = Array.from({ length: pods }, (_, index) => this.#pod(index))
    new WebSocketServer({ server: this.#server, path: '/ws', perMessageDeflate: false }).on('connection', (socket) => this.#greet(socket))
  }

  static async start(size: FeedSize): Promise<ConsoleFeed> {
    const feed = new ConsoleFeed(size)
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

  stop(): void {
    clearInterval(this.#timer)
    for (const socket of this.#sockets.keys()) socket.terminate()
    this.#server.closeAllConnections()
    this.#server.close()
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
    const fields = { name: `node-${index + 1}`, labels, allocatable: { cpu: 8_000, memory: 32_000, pods: 110 } }
    return aNode({ ...fields, runtimeType: index % 5 === 0 ? 'browser' : 'node', unschedulable: index % 97 === 0 })
  }

  #pod(index: number): Pod {
    const [pack, createdAt] = [this.#of(PACKS), new Date(Date.now() - this.#pick(A_DAY_MS * 2)).toISOString()]
    return aPod({
      name: `${pack}-${index + 1}`,
      namespace: this.#of(NAMESPACES),
      packName: pack,
      packVersion: `1.${this.#pick(3)}.0`,
      labels: { app: pack, tier: this.#of(['front', 'back']) },
      nodeId: this.#of(this.#nodes).id,
      status: this.#of(LIFE),
      createdAt,
      resources: { requests: { cpu: 100 + this.#pick(5) * 100, memory: 256 + this.#pick(4) * 256 } },
    })
  }

  /** Most only turn to another state; some move to another node. */
  #changeOne(): void {
    const index = this.#pick(this.#pods.length)
    const before = this.#pods[index]
    if (!before) return
    const moved = this.#pick(10) === 0 ? { nodeId: this.#of(this.#nodes).id, status: 'starting' as const } : { status: this.#of(LIFE) }
    const pod: Pod = { ...before, ...moved, resourceVersion: ++this.#revision }
    this.#pods[index] = pod
    this.changed += 1
    for (const [socket, watches] of this.#sockets) {
      const id = watches.get('pods')
      if (id !== undefined) send(socket, this.#event(id, { put: [pod] }))
    }
  }

  #event(id: number, fields: Partial<Event>): Event {
    return { type: 'event', id, revision: this.#revision, isSnapshot: false, put: [], gone: [], ...fields }
  }

  #greet(socket: WebSocket): void {
    this.#sockets.set(socket, new Map())
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('message', (data: Buffer) => this.#receive(socket, JSON.parse(data.toString('utf8')) as FromClient))
  }

  #receive(socket: WebSocket, frame: FromClient): void {
    if (frame.type === 'hello') return send(socket, { type: 'welcome', server: 'feed', revision: this.#revision, name: 'admin' })
    if (frame.type === 'ask') {
      const problem = { code: 'NOT_FOUND', detail: 'this server only shows', status: 404, retryable: false }
      return send(socket, { type: 'error', id: frame.id, problem })
    }
    if (frame.type !== 'watch') return
    this.#sockets.get(socket)?.set(frame.kind, frame.id)
    const records: Readonly<Record<string, readonly object[]>> = { nodes: this.#nodes, pods: this.#pods }
    send(socket, this.#event(frame.id, { isSnapshot: true, put: records[frame.kind] ?? [] }))
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

const send = (socket: WebSocket, frame: FromServer): void => socket.send(JSON.stringify(frame))
