/** A real server in a process of its own on an empty folder, with its first administrator, for benches. */
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent as HttpAgent, request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Command, stark } from '../../support/command.ts'
import { waitFor } from '../../support/wait-for.ts'
import { heapBytesOf, inspectable } from './inspect.ts'

const SETUP_TOKEN = 'bench-setup-token'
const SOURCE = `export default async function main(context) { context.ready(); await context.sleep(Number(context.args[0] ?? 0)) }\n`

export interface BenchCluster {
  readonly url: string
  readonly folder: string
  readonly token: string
  readonly env: Readonly<Record<string, string>>
  readonly startedMs: number
  /** Of the server. */
  pid(): number
  /** Of the server, once what is not used any more has been collected. */
  heapBytes(): Promise<number>
  /** @param bearer the administrator unless told */
  call<T>(method: string, at: string, body?: object, bearer?: string): Promise<T>
  /** Ends the server as a power cut does and starts it on its data again. @returns ms until it is ready */
  restart(): Promise<number>
  stop(): Promise<void>
}

export async function startCluster(): Promise<BenchCluster> {
  const folder = mkdtempSync(path.join(tmpdir(), 'stark-bench-'))
  const data = {
    STARK_DATA_DIR: path.join(folder, 'data'),
    STARK_SETUP_TOKEN: SETUP_TOKEN,
    STARK_LOG: 'silent',
    STARK_RATE_LIMIT: '0',
    PORT: '0',
    ...inspectable,
  }
  let server = new Command(['up'], { env: data })
  const started = performance.now()
  const { url } = await server.event<{ url: string }>('listening')
  await waitFor('the server to be ready', async () => (await fetch(`${url}/ready`)).ok, { timeoutMs: 60_000 })
  const env = { STARK_CONFIG_DIR: path.join(folder, 'config'), STARK_SERVER: url, HOME: folder }
  const login = ['login', '--server', url, '--setup', SETUP_TOKEN, '--email', 'bench@example.com', '--password-stdin']
  await stark(login, { env, input: 'a long password\n' })
  const { token } = JSON.parse(await stark(['token', 'create', '--kind', 'api', '--role', 'admin', '-o', 'json'], { env })) as {
    token: string
  }
  const cluster: BenchCluster = {
    url,
    folder,
    token,
    env,
    startedMs: performance.now() - started,
    pid: () => server.pid,
    heapBytes: () => heapBytesOf(server),
    async call<T>(method: string, at: string, body?: object, bearer = token) {
      const response = await fetch(new URL(at, url), {
        method,
        headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
        ...(body ? { body: JSON.stringify(body) } : {}),
      })
      if (!response.ok) throw new Error(`${method} ${at} answered ${response.status}: ${await response.text()}`)
      return (await response.json()) as T
    },
    async restart() {
      await server.kill('SIGKILL')
      const began = performance.now()
      server = new Command(['up'], { env: { ...data, PORT: new URL(url).port } })
      await waitFor('the server to be ready again', () => isReady(url), { timeoutMs: 60_000, intervalMs: 5 })
      return performance.now() - began
    },
    async stop() {
      await server.kill('SIGTERM')
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return cluster
}

async function isReady(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/ready`)
  return answer.ok
}

/** A pack that sleeps for as many ms as its first argument says. */
export async function pushSleeper({ url, token, call }: BenchCluster): Promise<void> {
  const { id } = await call<{ id: string }>('POST', '/api/packs', { name: 'sleeper', version: '1.0.0', runtimeTag: 'universal' })
  const response = await fetch(new URL(`/api/packs/${id}/bundle`, url), {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}` },
    body: SOURCE,
  })
  if (!response.ok) throw new Error(`the bundle was refused: ${await response.text()}`)
}

export interface Load {
  readonly url: URL
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** So many users, each asking again as soon as it is answered. @returns ms of each request */
export async function load(
  { url, method, headers, body }: Load,
  { users, seconds }: { users: number; seconds: number },
): Promise<number[]> {
  const agent = new HttpAgent({ keepAlive: true, maxSockets: users })
  const end = performance.now() + seconds * 1000
  const samples: number[] = []
  const ask = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const sent = httpRequest(url, { method, agent, headers }, (response) => {
        response.resume()
        response.on('end', () =>
          (response.statusCode ?? 500) < 300 ? resolve() : reject(new Error(`${method} ${url.pathname} answered ${response.statusCode}`)),
        )
      })
      sent.on('error', reject)
      sent.end(body)
    })
  const user = async (): Promise<void> => {
    while (performance.now() < end) {
      const began = performance.now()
      await ask()
      samples.push(performance.now() - began)
    }
  }
  await Promise.all(Array.from({ length: users }, user))
  agent.destroy()
  return samples
}
