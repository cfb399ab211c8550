/** A real process of the command line: its output as it comes, its lines of JSON, and its end. */
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import path from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { recorded } from './coverage/recorded.ts'
import { waitFor } from './wait-for.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const bin = path.join(root, 'console/cli/stark.mjs')
const running = new Set<Command>()

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  readonly input?: string
}

export class Command {
  readonly args: readonly string[]
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>
  readonly ended: Promise<number | null>
  stdout = ''
  stderr = ''

  constructor(args: readonly string[], { env = {}, cwd = root, input = '' }: CommandOptions = {}) {
    this.args = args
    this.#child = spawn(process.execPath, [...recorded, bin, ...args], {
      cwd,
      env: { ...process.env, NO_COLOR: '1', ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    this.#child.stdout.on('data', (chunk: Buffer) => (this.stdout += chunk.toString('utf8')))
    this.#child.stderr.on('data', (chunk: Buffer) => (this.stderr += chunk.toString('utf8')))
    this.#child.stdin.on('error', () => undefined)
    this.#child.stdin.end(input)
    running.add(this)
    this.ended = new Promise((resolve) => {
      this.#child.on('close', (code) => {
        running.delete(this)
        resolve(code)
      })
    })
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  /** The first line on stdout that is JSON and has this event. */
  async event<T>(name: string): Promise<T> {
    const line = await waitFor(
      `${this.args.join(' ')} to say ${name}; it said ${this.stdout}${this.stderr}`,
      () => this.lines().find((each) => each.includes(`"event":"${name}"`)),
      { timeoutMs: 60_000 },
    )
    return JSON.parse(line) as T
  }

  lines(): string[] {
    return this.stdout.split('\n').filter((line) => line !== '')
  }

  kill(signal: NodeJS.Signals): Promise<number | null> {
    this.#child.kill(signal)
    return this.ended
  }
}

/** Runs a command to its end. @throws Error with all that it said when it fails */
export async function stark(args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const command = new Command(args, options)
  const code = await command.ended
  if (code !== 0) throw new Error(`stark ${args.join(' ')} ended with ${code}:\n${command.stdout}${command.stderr}`)
  return command.stdout
}

/** What a test that failed has left running. */
export async function endCommands(): Promise<void> {
  await Promise.all([...running].map((command) => command.kill('SIGKILL')))
}
