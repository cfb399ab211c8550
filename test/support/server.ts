/**
 * A real control plane: `stark up` as a process of its own, on the embedded database in a folder that may be used again, with
 * its first administrator. A test file starts one and shares it; what it calls objects must therefore be its own.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import path from 'node:path'
import { buildIfStale, dist } from '../../console/cli/build.mjs'
import type { Node, Pack, Pod, Token, User } from '../../kernel/schema/index.ts'
import { Api, done } from './api.ts'
import { recorded } from './coverage/recorded.ts'
import { RawNode, type RawNodeFields } from './raw-node.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { waitFor } from './wait-for.ts'
import { WireSocket } from './wire-socket.ts'

export const SETUP_TOKEN = 'set-up-token-of-the-tests'
export const ADMIN = { email: 'admin@stark.example', password: 'correct horse battery staple' }
/** Cold, on a machine that does other things too. */
const START_MAX_MS = 90_000

export interface ServerOptions {
  /** Where its data is: the folder of an earlier server goes on from what that left. */
  readonly folder?: string
  readonly env?: Readonly<Record<string, string>>
  /** Whether the first administrator is made, or logged in where there is one; true unless told. */
  readonly hasAdmin?: boolean
}

export interface LoggedIn {
  readonly user: User
  readonly accessToken: string
  readonly refreshToken: string
  readonly expiresAt: string
}
export interface LogLine {
  readonly at: string
  readonly level: string
  readonly message: string
  readonly [field: string]: unknown
}
export type JoinFields = RawNodeFields & {
  /** A join token; a new one unless told. */
  readonly token?: string
}

/** Starts a server, with an administrator as whom its methods call. @throws Error with what it wrote when it does not come up */
export async function startServer({ folder = temporaryFolder('server'), env = {}, hasAdmin = true }: ServerOptions = {}): Promise<Server> {
  const daemon = await startDaemon({ STARK_DATA_DIR: folder, ...env })
  try {
    const server = new Server(daemon, { folder, url: await daemon.url() })
    const isReady = async () => daemon.mustRun() && (await server.get('/ready')).status === 200
    await waitFor('the server to be ready', isReady, { timeoutMs: START_MAX_MS })
    if (hasAdmin) await server.logIn()
    return server
  } catch (error) {
    daemon.process.kill('SIGKILL')
    throw error
  }
}

/** A server's process, and what it wrote. */
export class Daemon {
  readonly process: ChildProcess
  stdout = ''
  stderr = ''

  constructor(process: ChildProcess) {
    this.process = process
    process.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text))
    process.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text))
  }

  get isRunning(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null
  }

  /** @throws Error when it has ended */
  mustRun(): true {
    if (this.isRunning) return true
    throw new Error(`the server ended with ${this.process.exitCode ?? this.process.signalCode}: ${this.stderr}`)
  }

  /** Where it says that it listens. */
  async url(): Promise<string> {
    const found = await waitFor(
      'the line that says where the server listens',
      () => !this.isRunning || /"url":"([^"]+)"/.exec(this.stdout),
      {
        timeoutMs: START_MAX_MS,
      },
    )
    this.mustRun()
    return found === true ? '' : (found[1] ?? '')
  }

  /** @returns its exit code, or the signal that ended it */
  async ended(): Promise<number | string> {
    if (this.isRunning) await once(this.process, 'close')
    return this.process.exitCode ?? this.process.signalCode ?? 0
  }
}

/** @param env beside the environment of the test, of which nothing that the daemon reads is left */
export async function startDaemon(env: Readonly<Record<string, string>>): Promise<Daemon> {
  await buildIfStale()
  const inherited = Object.entries(process.env).filter(([name]) => !/^(STARK|SUPABASE)_|^(PORT|HOST|NODE_OPTIONS)$/.test(name))
  const child = spawn(process.execPath, [...recorded, path.join(dist, 'stark.mjs'), 'up'], {
    env: { ...Object.fromEntries(inherited), PORT: '0', STARK_SETUP_TOKEN: SETUP_TOKEN, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return new Daemon(child)
}

export class Server extends Api {
  readonly folder: string
  readonly daemon: Daemon
  /** The credentials of the administrator as whom the server is asked; tests that end a session make one of their own. */
  admin: LoggedIn | undefined

  constructor(daemon: Daemon, { folder, url }: { folder: string; url: string }) {
    super(url, () => this.admin?.accessToken)
    this.daemon = daemon
    this.folder = folder
  }

  /** The administrator's access token. */
  get token(): string {
    if (!this.admin) throw new Error('the server was started without an administrator')
    return this.admin.accessToken
  }

  /** Lines of the server's log, oldest first. */
  get log(): LogLine[] {
    const lines = this.daemon.stdout.split('\n').slice(1, -1)
    return lines.map((line) => JSON.parse(line) as LogLine)
  }

  /** Makes the first administrator, or logs in as the one that an earlier server made. */
  async logIn(): Promise<LoggedIn> {
    const anybody = this.as(undefined)
    const made = await anybody.post<LoggedIn>('/api/auth/setup', { token: SETUP_TOKEN, ...ADMIN })
    this.admin = made.status === 201 ? made.body : await done(anybody.post<LoggedIn>('/api/auth/login', ADMIN))
    return this.admin
  }

  /** An open connection on which the server has said welcome. */
  connect(token = this.token): Promise<WireSocket> {
    return WireSocket.greeted(this.url, token)
  }

  /** A new token of the administrator's. */
  makeToken(fields: { readonly kind: 'join' | 'api' } & Partial<Token>): Promise<Omit<Token, 'hash'> & { readonly token: string }> {
    return done(this.post('/api/tokens', fields))
  }

  /** A node that speaks the wire and runs nothing: the test reports what becomes of its pods. */
  async join({ token, ...fields }: JoinFields = {}): Promise<RawNode> {
    const joinToken = token ?? (await this.makeToken({ kind: 'join' })).token
    return RawNode.join(this.as(joinToken), fields)
  }

  /** A version of a pack with its bundle, public unless told. */
  async push(fields: Partial<Pack> = {}, source = 'export default async function main() {}'): Promise<Pack> {
    const named = { name: `pack-${randomUUID()}`, version: '1.0.0', runtimeTag: 'universal', visibility: 'public', ...fields }
    const pack = await done(this.post<Pack>('/api/packs', named))
    return done(this.put<Pack>(`/api/packs/${pack.id}/bundle`, Buffer.from(source)))
  }

  run(pack: Pack, fields: object = {}): Promise<Pod> {
    return done(this.post<Pod>('/api/pods', { pack: `${pack.name}@${pack.version}`, ...fields }))
  }

  pod(id: string): Promise<Pod> {
    return done(this.get<Pod>(`/api/pods/${id}`))
  }

  /** Waits until a pod has come to what is wanted of it. @returns the pod as it is then */
  until({ id }: Pod, hasCome: (pod: Pod) => boolean, timeoutMs = 60_000): Promise<Pod> {
    const look = async (): Promise<Pod> => {
      const now = await this.pod(id)
      if (!hasCome(now)) throw new Error(`it is ${now.status} ${now.reason} ${now.statusMessage}`)
      return now
    }
    return waitFor('the pod to come to it', look, { timeoutMs })
  }

  node(id: string): Promise<Node> {
    return done(this.get<Node>(`/api/nodes/${id}`))
  }

  /** Ends the process. @returns its exit code, or the signal that ended it */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<number | string> {
    this.daemon.process.kill(signal)
    return this.daemon.ended()
  }
}
