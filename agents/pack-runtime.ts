/**
 * Runs a pack inside its isolate: a child process, a worker thread, a browser's worker. One file without imports (types
 * vanish), because a sandboxed browser worker has nowhere to import from. It trusts nothing it is not given, and is trusted
 * by nobody: the pack shares its isolate, so the agent's half (pod-host.ts) checks again whatever arrives.
 */
import type { LogLevel, PackCallError, PackContext, PackKeyValues, PackMain, PodMessage, StopError } from './pack.ts'
import type { Boot, FetchCall, FetchReply, FromPod, LogFields, PodFailure, PodReport, Port, ToPod } from './pod-messages.ts'

export const RESULT_BYTES_MAX = 65_536
export const STATUS_CHARACTERS_MAX = 2000
export const LOG_LINE_CHARACTERS_MAX = 8192
export const LOG_FIELDS_CHARACTERS_MAX = 4096
const LOG_LINES_PER_SECOND = 2000
export const ERROR_NAME_CHARACTERS_MAX = 256
export const ERROR_MESSAGE_CHARACTERS_MAX = 8192
export const ERROR_STACK_CHARACTERS_MAX = 16_384
const CALLS_IN_FLIGHT_MAX = 256
/** Of what is later than that, 24.8 days, setTimeout thinks that it is due now. */
const TIMER_MS_MAX = 2_147_483_647

export interface PackRunOptions {
  readonly port: Port<FromPod, ToPod>
  readonly boot: Boot
  /** Imports the bundle and gives its module. */
  readonly load: () => Promise<unknown>
  /** Where this very code was loaded from: its frames are left out of stacks. */
  readonly runtimeUrl: string
}

export interface PackRun {
  /** An error that nobody caught ends the pod. */
  fail(error: unknown): void
  /** Resolves once the last word has been posted. */
  readonly ended: Promise<PodReport>
}

/** Loads the pack, runs its main, and posts exactly one exit. */
export function runPack({ port, boot, load, runtimeUrl }: PackRunOptions): PackRun {
  const stopping = new AbortController()
  const hide = hider(boot.bundleUrl)
  const log = makeLog(port, hide)
  const calls = makeCalls(port)
  const listeners = makeListeners(port, log.levels)
  let resolve: (report: PodReport) => void = () => undefined
  const ended = new Promise<PodReport>((settle) => (resolve = settle))
  let hasEnded = false
  const end = (report: Omit<PodReport, 'type'>): void => {
    if (hasEnded) return
    hasEnded = true
    log.flush()
    const exit: PodReport = { type: 'exit', ...report }
    port.post(exit)
    resolve(exit)
  }
  const describe = (error: unknown): PodFailure => describeError(error, { hide, runtimeUrl })
  const fail = (error: unknown): void => end({ status: 'failed', isLoadError: false, result: 'null', error: describe(error) })
  const context = makeContext({ port, boot, signal: stopping.signal, log: log.levels, calls, listeners })
  patchConsole(log.levels)
  port.onMessage((message) => {
    if (message.type === 'stop') stopping.abort(stopError(message.reason, message.graceMs))
    else if (message.type === 'reply' || message.type === 'refusal') calls.settle(message)
    else if (message.type === 'message' || message.type === 'request') listeners.deliver(message)
  })
  void execute({ load, context, describe, onRunning: () => port.post({ type: 'running' }) }).then(end, fail)
  return { fail, ended }
}

interface Execution {
  readonly load: () => Promise<unknown>
  readonly context: PackContext
  readonly describe: (error: unknown) => PodFailure
  readonly onRunning: () => void
}

async function execute({ load, context, describe, onRunning }: Execution): Promise<Omit<PodReport, 'type'>> {
  const { signal } = context
  let main: PackMain
  try {
    main = mainOf(await load())
  } catch (error) {
    return { status: 'failed', isLoadError: true, result: 'null', error: describe(error) }
  }
  if (signal.aborted) return { status: 'stopped', isLoadError: false, result: 'null', error: null }
  onRunning()
  try {
    const result = encodeResult(await main(context))
    // A pack that watches its signal and returns has been stopped, and has not come to its own end.
    return { status: signal.aborted ? 'stopped' : 'succeeded', isLoadError: false, result, error: null }
  } catch (error) {
    if (isStop(error, signal)) return { status: 'stopped', isLoadError: false, result: 'null', error: null }
    return { status: 'failed', isLoadError: false, result: 'null', error: describe(error) }
  }
}

function mainOf(module: unknown): PackMain {
  const main = (module as { default?: unknown } | undefined)?.default
  if (typeof main !== 'function') throw new TypeError('the pack must have a default export: export default async function main(context)')
  return main as PackMain
}

/** An AbortError comes from whatever was given the signal: fetch, timers, event listeners. */
const isStop = (error: unknown, signal: AbortSignal): boolean =>
  signal.aborted && (error === signal.reason || (error instanceof Error && error.name === 'AbortError'))

function encodeResult(value: unknown): string {
  // undefined, a function and a symbol have no JSON; a pack that returns them has returned nothing.
  const json = (JSON.stringify(value) as string | undefined) ?? 'null'
  const bytes = new TextEncoder().encode(json).byteLength
  if (bytes <= RESULT_BYTES_MAX) return json
  const error = new Error(`main returned ${bytes} bytes of JSON, and ${RESULT_BYTES_MAX} is the most`)
  throw Object.assign(error, { name: 'ResultTooLarge' })
}

function describeError(error: unknown, { hide, runtimeUrl }: { hide: (text: string) => string; runtimeUrl: string }): PodFailure {
  const { name, message, stack } = error instanceof Error ? error : { name: 'Error', message: `thrown: ${textOf(error)}`, stack: '' }
  const clean = (text: unknown, max: number): string => cut(hide(textOf(text ?? '')), max)
  const frames = textOf(stack ?? '').split('\n')
  return {
    name: clean(name, ERROR_NAME_CHARACTERS_MAX),
    message: clean(message, ERROR_MESSAGE_CHARACTERS_MAX),
    stack: clean(frames.filter((frame) => !frame.includes(runtimeUrl)).join('\n'), ERROR_STACK_CHARACTERS_MAX),
  }
}

/** Where the bundle lies differs between runtimes and is nobody's business. */
function hider(bundleUrl: string): (text: string) => string {
  const path = pathOf(bundleUrl)
  return (text) => text.replaceAll(bundleUrl, 'bundle.mjs').replaceAll(path, 'bundle.mjs')
}

/** Some errors name a file by its path. Other addresses, like blob:, have none: their own text stands for it. */
const pathOf = (url: string): string => (url.startsWith('file:') ? decodeURIComponent(new URL(url).pathname) : url)

function stopError(reason: string, graceMs: number): StopError {
  const error = new Error(`the pod has to stop: ${reason}`)
  return Object.assign(error, { name: 'StopError' as const, reason, graceMs })
}

interface ContextParts {
  readonly port: Port<FromPod, ToPod>
  readonly boot: Boot
  readonly signal: AbortSignal
  readonly log: PackContext['log']
  readonly calls: Calls
  readonly listeners: Listeners
}

function makeContext({ port, boot, signal, log, calls, listeners }: ContextParts): PackContext {
  return Object.freeze({
    pod: Object.freeze({ ...boot.pod, labels: Object.freeze({ ...boot.pod.labels }) }),
    node: Object.freeze({ ...boot.node }),
    env: Object.freeze({ ...boot.env }),
    args: Object.freeze([...boot.args]),
    secrets: Object.freeze({ ...boot.secrets }),
    signal,
    log,
    kv: makeKeyValues(calls),
    status: (text: string | Readonly<Record<string, unknown>>) =>
      port.post({ type: 'status', text: cut(typeof text === 'string' ? text : textOf(text), STATUS_CHARACTERS_MAX) }),
    ready: () => port.post({ type: 'ready' }),
    progress: (value: number) => {
      if (!(value >= 0 && value <= 1)) throw new TypeError(`progress is a number from 0 to 1, and not ${String(value)}`)
      port.post({ type: 'progress', value })
    },
    on: (event: 'message' | 'request', listener: (message: PodMessage) => unknown) => listeners.add(event, listener),
    send: async (to: string, data: unknown) => void (await calls.call('send', { to, data })),
    request: (to: string, data: unknown) => calls.call('request', { to, data }),
    fetch: (url: string | URL, init?: RequestInit) => fetchThrough(calls, url, init),
    sleep: (ms: number) => sleep(ms, signal),
  })
}

function makeKeyValues(calls: Calls): PackKeyValues {
  return Object.freeze({
    get: async (key: string) => {
      const found = await calls.call('kv.get', { key })
      return typeof found === 'string' ? (JSON.parse(found) as unknown) : undefined
    },
    set: async (key: string, value: unknown) => {
      const json = JSON.stringify(value) as string | undefined
      if (json === undefined) throw new TypeError(`the value of ${key} has no JSON; to remove a key use delete`)
      await calls.call('kv.set', { key, json })
    },
    delete: async (key: string) => void (await calls.call('kv.delete', { key })),
  })
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer)
      // The reason is a StopError, made by runPack.
      reject(signal.reason as Error)
    }
    let timer: ReturnType<typeof setTimeout> | undefined
    const wait = (leftMs: number): void => {
      if (leftMs > TIMER_MS_MAX) return void (timer = setTimeout(() => wait(leftMs - TIMER_MS_MAX), TIMER_MS_MAX))
      timer = setTimeout(() => {
        signal.removeEventListener('abort', stop)
        resolve()
      }, leftMs)
    }
    wait(ms)
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
}

interface Calls {
  call(operation: string, input: unknown): Promise<unknown>
  settle(message: Extract<ToPod, { type: 'reply' | 'refusal' }>): void
}

/** Questions to the agent. The agent bounds how long each takes, so none of them needs a clock here. */
function makeCalls(port: Port<FromPod, ToPod>): Calls {
  const pending = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  let lastId = 0
  return {
    call(operation, input) {
      if (pending.size >= CALLS_IN_FLIGHT_MAX) {
        return Promise.reject(callError('LIMIT_EXCEEDED', `${pending.size} calls to the agent are in flight, and that is the most`))
      }
      return new Promise((resolve, reject) => {
        const id = ++lastId
        pending.set(id, { resolve, reject })
        port.post({ type: 'call', id, operation, input })
      })
    },
    settle(message) {
      const waiting = pending.get(message.id)
      pending.delete(message.id)
      if (message.type === 'reply') waiting?.resolve(message.value)
      else waiting?.reject(callError(message.code, message.message))
    },
  }
}

const callError = (code: PackCallError['code'], message: string): PackCallError =>
  Object.assign(new Error(message), { name: 'PackCallError' as const, code })

interface Listeners {
  add(event: 'message' | 'request', listener: (message: PodMessage) => unknown): () => void
  deliver(message: Extract<ToPod, { type: 'message' | 'request' }>): void
}

function makeListeners(port: Port<FromPod, ToPod>, log: PackContext['log']): Listeners {
  const listeners = { message: new Set<(message: PodMessage) => unknown>(), request: new Set<(message: PodMessage) => unknown>() }
  const answer = async ({ id, from, data }: Extract<ToPod, { type: 'request' }>): Promise<void> => {
    const listener = [...listeners.request].at(-1)
    if (!listener) return port.post({ type: 'failure', id, message: 'the pod does not listen for requests' })
    try {
      port.post({ type: 'answer', id, value: await listener({ from, data }) })
    } catch (error) {
      port.post({ type: 'failure', id, message: cut(error instanceof Error ? error.message : textOf(error), ERROR_MESSAGE_CHARACTERS_MAX) })
    }
  }
  const tell = async (listener: (message: PodMessage) => unknown, message: PodMessage): Promise<void> => {
    try {
      await listener(message)
    } catch (error) {
      log.error('a listener for messages threw:', error)
    }
  }
  return {
    add(event, listener) {
      listeners[event].add(listener)
      return () => void listeners[event].delete(listener)
    },
    deliver(message) {
      if (message.type === 'request') return void answer(message)
      for (const listener of listeners.message) void tell(listener, { from: message.from, data: message.data })
    },
  }
}

/** Request and Response carry the work of reading every kind of body and header; only their bytes travel. */
async function fetchThrough(calls: Calls, url: string | URL, init: RequestInit | undefined): Promise<Response> {
  const request = new Request(url, init)
  request.signal.throwIfAborted()
  const body = request.body ? encodeBase64(new Uint8Array(await request.arrayBuffer())) : null
  const input: FetchCall = { url: request.url, method: request.method, headers: [...request.headers], body }
  const aborted = new Promise<never>((_, reject) =>
    request.signal.addEventListener('abort', () => reject(request.signal.reason as Error), { once: true }),
  )
  const reply = (await Promise.race([calls.call('fetch', input), aborted])) as FetchReply
  const { status, statusText } = reply
  // The constructor refuses a body, even an empty one, for the statuses that have none.
  const hasBody = ![101, 103, 204, 205, 304].includes(status)
  const headers = reply.headers.map(([name, value]): [string, string] => [name, value])
  const response = new Response(hasBody ? decodeBase64(reply.body) : null, { status, statusText, headers })
  return Object.defineProperty(response, 'url', { value: reply.url })
}

export function encodeBase64(bytes: Uint8Array): string {
  let binary = ''
  // String.fromCharCode takes its bytes as arguments, and a call takes only so many.
  for (let start = 0; start < bytes.length; start += 32_768) binary += String.fromCharCode(...bytes.subarray(start, start + 32_768))
  return btoa(binary)
}

export const decodeBase64 = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(text), (character) => character.charCodeAt(0))

interface Log {
  readonly levels: PackContext['log']
  flush(): void
}

function makeLog(port: Port<FromPod, ToPod>, hide: (text: string) => string): Log {
  const limit = new LogLimit(({ level, text, fields }) => port.post({ type: 'log', level, text, ...(fields ? { fields } : {}) }))
  const write = (level: LogLevel, values: readonly unknown[]): void =>
    limit.write(level, hide(values.map(textOf).join(' ')), fieldsOf(values))
  const levels = Object.freeze({
    debug: (...values: unknown[]) => write('debug', values),
    info: (...values: unknown[]) => write('info', values),
    warn: (...values: unknown[]) => write('warn', values),
    error: (...values: unknown[]) => write('error', values),
  })
  return { levels, flush: () => limit.flush() }
}

/** As JSON has them: what else an object holds is for the text only. */
function fieldsOf(values: readonly unknown[]): LogFields | undefined {
  const last = values.length > 1 ? values.at(-1) : undefined
  if (typeof last !== 'object' || last === null || Object.getPrototypeOf(last) !== Object.prototype) return undefined
  try {
    const json = JSON.stringify(last)
    return json.length > LOG_FIELDS_CHARACTERS_MAX ? undefined : (JSON.parse(json) as LogFields)
  } catch {
    return undefined
  }
}

function patchConsole(levels: PackContext['log']): void {
  Object.assign(globalThis.console, levels, { log: levels.info, trace: levels.debug })
}

interface LimitedLine {
  readonly level: LogLevel
  readonly text: string
  readonly fields: LogFields | undefined
}

/**
 * A token bucket over lines: what is over it is dropped and counted, and the count is a line of its own. The pod's own copy
 * spares the port; the agent's copy is the one that holds.
 */
export class LogLimit {
  readonly #emit: (line: LimitedLine) => void
  readonly #linesPerSecond: number
  #tokens: number
  #filledAt = performance.now()
  #dropped = 0
  #report: ReturnType<typeof setTimeout> | undefined

  constructor(emit: (line: LimitedLine) => void, linesPerSecond = LOG_LINES_PER_SECOND) {
    this.#emit = emit
    this.#linesPerSecond = linesPerSecond
    this.#tokens = linesPerSecond
  }

  write(level: LogLevel, text: string, fields?: LogFields): void {
    const now = performance.now()
    this.#tokens = Math.min(this.#linesPerSecond, this.#tokens + ((now - this.#filledAt) / 1000) * this.#linesPerSecond)
    this.#filledAt = now
    if (this.#tokens < 1) {
      this.#dropped++
      this.#report ??= setTimeout(() => this.flush(), 1000)
      return
    }
    this.flush()
    this.#tokens--
    this.#emit({ level, text: cut(text, LOG_LINE_CHARACTERS_MAX), fields })
  }

  /** Tells how many lines were dropped since the last time it told. */
  flush(): void {
    clearTimeout(this.#report)
    this.#report = undefined
    const dropped = this.#dropped
    this.#dropped = 0
    if (dropped === 0) return
    this.#emit({ level: 'warn', text: `${dropped} lines dropped: more than ${this.#linesPerSecond} a second`, fields: undefined })
  }
}

/** @returns the text whole, or its head and how much is missing, within max characters */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text
  const note = ` ... ${text.length - max} characters cut`
  return text.slice(0, max - note.length) + note
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (value instanceof Error) return value.stack ?? `${value.name}: ${value.message}`
  try {
    // Of undefined, functions and symbols it makes no text.
    const json = JSON.stringify(value) as string | undefined
    return json ?? String(value)
  } catch {
    // Cycles, bigints and objects whose toJSON throws have no JSON.
    return Object.prototype.toString.call(value)
  }
}
