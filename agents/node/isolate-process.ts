/**
 * One child process that can run a pack, with all that confines it: Node.js's permission model with three readable files, no
 * environment, another user when the agent is root, the network guard, a heap limit, a process group of its own.
 * It knows nothing of pods until it is given a boot, so that it can be started ahead of its pod.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import type { LogLevel } from '../pack.ts'
import type { ToPod } from '../pod-messages.ts'
import { parseMessage } from '../pod-reader.ts'
import { LOG_LINE_CHARACTERS_MAX } from '../pack-runtime.ts'
import { FRAME_BYTES_MAX, FROM_POD_FD, TO_POD_FD, UNREAD_BYTES_MAX } from './channel.ts'
import { killGroup } from './kill.ts'
import { LineSplitter, readPaced } from './lines.ts'
import { bundleIn, type Workspace } from './workspace.ts'

/** `nobody`, by the same number on every Linux and macOS. */
const POD_USER_ID = 65_534
const MIB = 1_048_576
/** After the process has ended, its pipes hold little; something that keeps them open longer is not waited for. */
const DRAIN_MS = 2000

export interface IsolateListener {
  onMessage(message: unknown): void
  onText(level: LogLevel, text: string): void
  onBroken(why: string): void
  onEnd(ending: IsolateEnding): void
}

export interface IsolateEnding {
  readonly code: number | null
  readonly signal: string | null
  /** The process could not be started at all. */
  readonly startError: Error | undefined
  readonly isHeapExhausted: boolean
}

export interface IsolateOptions {
  readonly workspace: Workspace
  readonly memoryLimitMb: number | undefined
  readonly listener: IsolateListener
  /** Called once, after the listener was told of the end. */
  readonly onGone: (isolate: IsolateProcess) => void
}

export class IsolateProcess {
  readonly folder: string
  readonly memoryLimitMb: number | undefined
  /** Who hears of it: whoever holds it ahead of its pod, then the pod. */
  listener: IsolateListener
  readonly #child: ChildProcess
  readonly #onGone: (isolate: IsolateProcess) => void
  #saidHeapExhausted = false
  #drain: NodeJS.Timeout | undefined
  #hasEnded = false

  /** @throws when the process cannot even be asked for: no folder, no file descriptors */
  constructor({ workspace, memoryLimitMb, listener, onGone }: IsolateOptions) {
    this.folder = workspace.makePodFolder()
    this.memoryLimitMb = memoryLimitMb
    this.listener = listener
    this.#onGone = onGone
    this.#child = spawn(process.execPath, argumentsFor(workspace, this.folder, memoryLimitMb), {
      env: {},
      cwd: this.folder,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
      ...(process.getuid?.() === 0 ? { uid: POD_USER_ID, gid: POD_USER_ID } : {}),
    })
    this.#child.on('error', (error) => {
      // Also told for signals that could not be sent; only without a pid there is no process.
      if (this.pid === undefined) this.#end(error)
    })
    this.#child.on('exit', () => {
      this.#drain = setTimeout(() => this.#end(), DRAIN_MS)
    })
    this.#child.on('close', () => this.#end())
    this.#listen()
  }

  /** undefined when the process could not be started. */
  get pid(): number | undefined {
    return this.#child.pid
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  post(message: ToPod): void {
    const pipe = this.#child.stdio[TO_POD_FD] as Writable | null | undefined
    if (!pipe?.writable) return
    pipe.write(`${JSON.stringify(message)}\n`)
    if (pipe.writableLength > UNREAD_BYTES_MAX) this.listener.onBroken(`the pod left ${pipe.writableLength} bytes of answers unread`)
  }

  kill(): void {
    const { pid, exitCode, signalCode } = this.#child
    // Once the process is reaped, its pid may be a stranger's.
    if (pid !== undefined && exitCode === null && signalCode === null) killGroup(pid)
  }

  #listen(): void {
    const frames = new LineSplitter({
      bytesMax: FRAME_BYTES_MAX,
      onLine: (text) => this.listener.onMessage(parseMessage(text)),
      onTooLong: () => this.listener.onBroken(`the pod sent more than ${FRAME_BYTES_MAX} bytes in one message`),
    })
    const readLog = (stream: Readable | null | undefined, level: LogLevel): void => {
      const onLine = (text: string): void => {
        this.#saidHeapExhausted ||= level === 'error' && text.includes('JavaScript heap out of memory')
        this.listener.onText(level, text)
      }
      if (stream) readPaced(stream, new LineSplitter({ bytesMax: LOG_LINE_CHARACTERS_MAX, onLine, onTooLong: onLine }))
    }
    const { stdout, stderr, stdio } = this.#child
    readLog(stdout, 'info')
    readLog(stderr, 'error')
    const [from, to] = [stdio[FROM_POD_FD] as Readable | null | undefined, stdio[TO_POD_FD] as Writable | null | undefined]
    if (from) readPaced(from, frames)
    // A pod that has closed its end, or is gone, is told nothing more; its exit says the rest.
    to?.on('error', () => undefined)
  }

  #end(startError?: Error): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    clearTimeout(this.#drain)
    for (const stream of this.#child.stdio) stream?.destroy()
    const { exitCode, signalCode: signal } = this.#child
    // V8 says it on stderr and then aborts; a pack that only says it is not believed.
    const isHeapExhausted = this.#saidHeapExhausted && signal !== null
    this.listener.onEnd({ code: signal ? null : exitCode, signal, startError, isHeapExhausted })
    this.#onGone(this)
  }
}

function argumentsFor(workspace: Workspace, folder: string, memoryLimitMb: number | undefined): string[] {
  const readable = [workspace.bootstrap, workspace.guard, bundleIn(folder)]
  return [
    // Node.js 20 and early 22 know the permission model by its experimental name only.
    process.allowedNodeEnvironmentFlags.has('--permission') ? '--permission' : '--experimental-permission',
    ...readable.map((file) => `--allow-fs-read=${file}`),
    '--no-warnings',
    ...(memoryLimitMb === undefined ? [] : [`--max-old-space-size=${Math.max(1, Math.floor((memoryLimitMb * 1e6) / MIB))}`]),
    '--import',
    pathToFileURL(workspace.guard).href,
    workspace.bootstrap,
  ]
}
