/** The command `stark` as its own process, and a server that it talks to: real ones, on folders that go away with the test file. */
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll } from 'vitest'
import { buildIfStale, dist } from '../../../console/cli/build.mjs'
import { recorded } from '../../support/coverage/recorded.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { waitFor } from '../../support/wait-for.ts'

export const SETUP_TOKEN = 'a-set-up-token'
export const EMAIL = 'ada@example.com'
export const PASSWORD = 'correct horse battery'
const RUN_MAX_MS = 60_000
const STOP_MAX_MS = 15_000

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly input?: string
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

/** A process that goes on, and the lines that it has written so far. */
export interface Running {
  readonly child: ChildProcess
  readonly stdout: readonly string[]
  readonly stderr: readonly string[]
  /** Ends it with a signal. @returns its exit code */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

export class Stark {
  readonly folder = temporaryFolder('cli')
  readonly #running: Running[] = []
  url = ''

  get configFolder(): string {
    return path.join(this.folder, 'config')
  }

  /** Runs to its end. */
  run(args: readonly string[], { input, env, cwd = this.folder }: RunOptions = {}): Promise<Ran> {
    return new Promise((resolve) => {
      const options = { cwd, env: { ...this.#environment(), ...env }, timeout: RUN_MAX_MS, killSignal: 'SIGKILL' } as const
      const child = execFile(process.execPath, [...recorded, path.join(dist, 'stark.mjs'), ...args], options, (error, stdout, stderr) => {
        resolve({ code: error ? (typeof error.code === 'number' ? error.code : -1) : 0, stdout, stderr })
      })
      child.stdin?.end(input ?? '')
    })
  }

  async json<T>(args: readonly string[], options?: RunOptions): Promise<T> {
    const { code, stdout, stderr } = await this.run([...args, '-o', 'json'], options)
    if (code !== 0) throw new Error(`stark ${args.join(' ')} ended with ${code}: ${stderr}`)
    return JSON.parse(stdout) as T
  }

  /** Starts what goes on until it is stopped; whatever is left is stopped after the file. */
  start(args: readonly string[], { env }: RunOptions = {}): Running {
    const child = spawn(process.execPath, [...recorded, path.join(dist, 'stark.mjs'), ...args], {
      cwd: this.folder,
      env: { ...this.#environment(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const stdout: string[] = []
    const stderr: string[] = []
    createInterface({ input: child.stdout }).on('line', (line) => stdout.push(line))
    createInterface({ input: child.stderr }).on('line', (line) => stderr.push(line))
    const running: Running = { child, stdout, stderr, stop: (signal = 'SIGTERM') => stop(child, signal) }
    this.#running.push(running)
    return running
  }

  /** `stark up` on an empty folder, ready to be asked. */
  async startServer(): Promise<Running> {
    const data = path.join(this.folder, 'data')
    mkdirSync(data)
    const server = this.start(['up', '--port', '0', '--data', data, '--log', 'silent'], { env: { STARK_SETUP_TOKEN: SETUP_TOKEN } })
    const first = await waitFor('the server to listen', () => server.stdout[0] ?? failIfEnded(server), { timeoutMs: 60_000 })
    this.url = (JSON.parse(first) as { readonly url: string }).url
    await waitFor('the server to be ready', async () => (await fetch(new URL('/ready', this.url))).ok, { timeoutMs: 60_000 })
    return server
  }

  logIn(): Promise<Ran> {
    const link = `${this.url}/#setup=${SETUP_TOKEN}`
    return this.run(['login', '--setup', link, '--email', EMAIL, '--password-stdin'], { input: `${PASSWORD}\n` })
  }

  async joinNode(name: string, args: readonly string[] = []): Promise<Running> {
    const node = this.start(['node', 'join', '--name', name, '--data', path.join(this.folder, name), ...args])
    await waitFor(`${name} to join`, () => node.stdout[0] ?? failIfEnded(node), { timeoutMs: 30_000 })
    return node
  }

  async stopAll(): Promise<void> {
    // The server goes last, so that nodes can say goodbye.
    for (const running of this.#running.splice(0).reverse()) await running.stop()
  }

  #environment(): Record<string, string> {
    return {
      PATH: process.env['PATH'] ?? '',
      HOME: this.folder,
      STARK_CONFIG_DIR: this.configFolder,
      ...(process.env['TMPDIR'] === undefined ? {} : { TMPDIR: process.env['TMPDIR'] }),
    }
  }
}

/** A server for the file, with its administrator logged in. */
export function useStark(): Stark {
  const stark = new Stark()
  beforeAll(async () => {
    await buildIfStale()
    await stark.startServer()
    const { code, stderr } = await stark.logIn()
    if (code !== 0) throw new Error(`the first login failed: ${stderr}`)
  }, 120_000)
  afterAll(() => stark.stopAll(), 60_000)
  return stark
}

function failIfEnded({ child, stderr }: Running): undefined {
  if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${stderr.join('\n')}`)
  return undefined
}

async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
  const exited = once(child, 'exit')
  child.kill(signal)
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_MAX_MS)
  await exited
  clearTimeout(late)
  return child.exitCode
}
