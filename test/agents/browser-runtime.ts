/** A browser's runtime as a test in Node.js drives it: the real one in a page of a real Chromium, behind the interface of any runtime. */
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { build } from 'esbuild'
import type { Page } from 'playwright'
import { failedStart } from '../../agents/failed-start.ts'
import type { FilePodSpec, FileRuntime } from '../../agents/node/file-runtime.ts'
import { PodCallError } from '../../agents/pod-services.ts'
import type { LogLine, PodEvents, PodExit, RunningPod } from '../../agents/runtime.ts'
import { buildIfStale, dist } from '../../console/cli/build.mjs'
import { readAgentFiles } from '../../plugins/agent-files.ts'
import { Chromium } from '../support/chromium.ts'
import { office } from './post-office.ts'
import type { Answered, PageSide } from './page-side.ts'

/** A page of the orchestrator's origin, with nothing on it but the runtime. */
export class RuntimePage {
  readonly page: Page
  /** What the page's console says that is not just talk. */
  readonly complaints: string[]
  readonly #browser: Chromium
  readonly #server: Server
  readonly #events = new Map<number, PodEvents>()
  #lastPod = 0

  private constructor({ page, complaints, browser, server }: { page: Page; complaints: string[]; browser: Chromium; server: Server }) {
    this.page = page
    this.complaints = complaints
    this.#browser = browser
    this.#server = server
  }

  /** @param profile an empty folder for the browser */
  static async open(profile: string): Promise<RuntimePage> {
    await buildIfStale()
    const server = await serve()
    const browser = await Chromium.launch(profile)
    const { port } = server.address() as AddressInfo
    const { page, complaints } = await browser.open(`http://localhost:${port}/blank`)
    const opened = new RuntimePage({ page, complaints, browser, server })
    await page.exposeFunction('tellTest', (pod: number, event: string, value: unknown) => opened.#tell(pod, event, value))
    await page.exposeFunction('mailTest', (kind: 'send' | 'request', from: string, to: string, data: unknown) =>
      answered(office[kind](from, to, data)),
    )
    await page.addScriptTag({ url: '/page-side.js' })
    return opened
  }

  async runtime({ isWarm = false } = {}): Promise<FileRuntime> {
    const runtime = await this.ask((page, isWarm) => page.create(isWarm), isWarm)
    let isClosed = false
    return {
      start: (spec, events) =>
        isClosed ? failedStart(spec, events, new Error('the runtime is closed')) : this.#start(runtime, spec, events),
      warm: () => Promise.resolve(),
      close: async () => {
        isClosed = true
        await this.ask((page, runtime) => page.close(runtime), runtime)
      },
    }
  }

  async close(): Promise<void> {
    await this.#browser.close()
    this.#server.close()
    this.#server.closeAllConnections()
  }

  /** Calls the page's half. */
  ask<A, T>(use: (page: PageSide, argument: A) => T, argument: A): Promise<Awaited<T>> {
    return this.page.evaluate<Awaited<T>>(`(${use.toString()})(globalThis.page, ${JSON.stringify(argument)})`)
  }

  #start(runtime: number, { bundlePath, ...spec }: FilePodSpec, events: PodEvents): RunningPod {
    const pod = ++this.#lastPod
    let source: string
    try {
      source = readFileSync(bundlePath, 'utf8')
    } catch (error) {
      return failedStart(spec, events, error as Error)
    }
    this.#events.set(pod, events)
    void this.ask((page, { runtime, ...rest }) => page.start(runtime, rest), { runtime, pod, spec, source })
    return {
      podId: spec.podId,
      incarnation: spec.incarnation,
      stop: (reason, graceMs) => void this.ask((page, a) => page.stop(a.pod, a.reason, a.graceMs), { pod, reason, graceMs }),
      kill: () => void this.ask((page, pod) => page.kill(pod), pod),
      message: ({ from, data }) => void this.ask((page, a) => page.message(a.pod, a.from, a.data), { pod, from, data }),
      request: async ({ from, data }) => unwrap(await this.ask((page, a) => page.request(a.pod, a.from, a.data), { pod, from, data })),
      usage: async () => undefined,
    }
  }

  #tell(pod: number, event: string, value: unknown): void {
    const events = this.#events.get(pod)
    if (event === 'onRunning') events?.onRunning()
    else if (event === 'onReady') events?.onReady()
    else if (event === 'onStatus') events?.onStatus(value as string)
    else if (event === 'onProgress') events?.onProgress(value as number)
    else if (event === 'onLog') events?.onLog(value as LogLine)
    else if (event === 'onExit') events?.onExit(value as PodExit)
  }
}

async function answered(work: Promise<unknown>): Promise<Answered> {
  try {
    return { value: await work }
  } catch (error) {
    if (error instanceof PodCallError) return { code: error.code, message: error.message }
    throw error
  }
}

function unwrap(given: Answered): unknown {
  if ('value' in given) return given.value
  throw new PodCallError(given.code, given.message)
}

async function serve(): Promise<Server> {
  const entry = path.join(path.dirname(dist), 'test/agents/page-side.ts')
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, format: 'iife', write: false, logLevel: 'warning' })
  const files = readAgentFiles(path.join(dist, 'web'))
  const server = createServer(({ url = '' }, response) => {
    const file = files.get(url)
    if (file) return response.writeHead(200, { 'content-type': file.contentType, ...file.headers }).end(file.body)
    if (url === '/page-side.js') return response.writeHead(200, { 'content-type': 'text/javascript' }).end(outputFiles[0]?.contents)
    return response
      .writeHead(200, { 'content-type': 'text/html' })
      .end('<!doctype html><title>Runtime</title><link rel="icon" href="data:,">')
  })
  await once(server.listen(0, 'localhost'), 'listening')
  return server
}
