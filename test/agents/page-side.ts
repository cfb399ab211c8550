/**
 * The page's half of a browser runtime under test: the real frames and the real runtime, asked by a test in Node.js and telling it
 * what happens. Becomes a script of that page.
 */
import { createFrameRuntime } from '../../agents/browser/frame-runtime.ts'
import { FrameHost } from '../../agents/browser/frame-host.ts'
import { RemoteFrames } from '../../agents/browser/frames.ts'
import { podFetch } from '../../agents/browser/pod-fetch.ts'
import type { FromWorker } from '../../agents/browser/messages.ts'
import { memoryKeyValues } from '../../agents/pod-kv.ts'
import { PodCallError, type Mail } from '../../agents/pod-services.ts'
import type { PodSpec, RunningPod, Runtime } from '../../agents/runtime.ts'
import type { BytesPodSpec } from '../../agents/browser/frame-runtime.ts'
import type { PackCallCode } from '../../agents/pack.ts'

export type Answered = { readonly value: unknown } | { readonly code: PackCallCode; readonly message: string }

/** What the test in Node.js offers this page. */
interface TestSide {
  /** An event of a pod, by the number that its start was given. */
  tellTest(pod: number, event: string, value: unknown): Promise<void>
  mailTest(kind: 'send' | 'request', from: string, to: string, data: unknown): Promise<Answered>
}
const test = globalThis as unknown as TestSide
const host = new FrameHost()
const runtimes: Runtime<BytesPodSpec>[] = []
const pods = new Map<number, RunningPod>()

const mail: Mail = {
  send: async (from, to, data) => void unwrap(await test.mailTest('send', from, to, data)),
  request: async (from, to, data) => unwrap(await test.mailTest('request', from, to, data)),
}

function unwrap(answered: Answered): unknown {
  if ('value' in answered) return answered.value
  throw new PodCallError(answered.code, answered.message)
}

const page = {
  /** @returns the runtime's number */
  async create(isWarm: boolean): Promise<number> {
    const frames: RemoteFrames = new RemoteFrames((message: FromWorker) => {
      if (message.type === 'open-frame') void open(frames, message.key)
      else if (message.type === 'close-frame') host.close(offset + message.key)
    })
    const offset = runtimes.length * 1_000_000
    const open = async (frames: RemoteFrames, key: number): Promise<void> => {
      const { port } = await host.open(offset + key)
      frames.opened(key, port)
    }
    const runtime = createFrameRuntime({ frames, services: { kv: memoryKeyValues(), fetch: podFetch, mail } })
    runtimes.push(runtime)
    if (isWarm) await runtime.warm()
    return runtimes.length - 1
  },
  start(runtime: number, { pod, spec, source }: { pod: number; spec: PodSpec; source: string }): void {
    const { buffer: bytes } = new TextEncoder().encode(source)
    const tell = (event: string) => (value?: unknown) => void test.tellTest(pod, event, value)
    const started = runtimes[runtime]?.start(
      { ...spec, bytes },
      {
        onRunning: tell('onRunning'),
        onReady: tell('onReady'),
        onStatus: tell('onStatus'),
        onProgress: tell('onProgress'),
        onLog: tell('onLog'),
        onExit: tell('onExit'),
      },
    )
    if (started) pods.set(pod, started)
  },
  stop: (pod: number, reason: string, graceMs: number) => pods.get(pod)?.stop(reason, graceMs),
  kill: (pod: number) => pods.get(pod)?.kill(),
  message: (pod: number, from: string, data: unknown) => pods.get(pod)?.message({ from, data }),
  async request(pod: number, from: string, data: unknown): Promise<Answered> {
    try {
      return { value: await pods.get(pod)?.request({ from, data }) }
    } catch (error) {
      if (error instanceof PodCallError) return { code: error.code, message: error.message }
      throw error
    }
  },
  close: (runtime: number) => runtimes[runtime]?.close(),
  /** What no pod of a tab can be quicker than: a sandboxed frame with a worker that says one word. @returns ms of each */
  async bareStarts(count: number): Promise<number[]> {
    const samples: number[] = []
    for (let index = 0; index < count; index += 1) {
      const began = performance.now()
      const frame = document.createElement('iframe')
      frame.setAttribute('sandbox', 'allow-scripts')
      frame.srcdoc = `<script>new Worker('data:text/javascript,postMessage(1)').onmessage = () => parent.postMessage(1, '*')</script>`
      const there = new Promise((resolve) => addEventListener('message', resolve, { once: true }))
      document.body.append(frame)
      await there
      samples.push(performance.now() - began)
      frame.remove()
    }
    return samples
  },
  /** Frames that are there. */
  frames: () => host.count,
}
export type PageSide = typeof page
Object.assign(globalThis, { page })
