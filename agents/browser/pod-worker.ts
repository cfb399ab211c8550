/**
 * The first code in a pod's isolate in a browser: a classic worker, whose text is part of the pod's frame, because it has no
 * origin to load anything from. Takes the bundle's bytes from its frame, imports them, and hands over to the pack runtime.
 */
import { runPack } from '../pack-runtime.ts'
import type { FromPod, ToPod } from '../pod-messages.ts'
import { listen } from './listen.ts'
import type { PodStart } from './messages.ts'

/** As build.mjs names this script, so that its frames can be left out of stacks. */
const RUNTIME_URL = 'stark:pod-runtime'

addEventListener('message', ({ data }: MessageEvent<PodStart>) => start(data), { once: true })

function start({ boot, bytes, port }: PodStart): void {
  const bundleUrl = URL.createObjectURL(new Blob([bytes], { type: 'text/javascript' }))
  const run = runPack({
    port: {
      post: (message: FromPod) => port.postMessage(JSON.stringify(message)),
      onMessage: (listener) => listen(port, (text: string) => listener(JSON.parse(text) as ToPod)),
    },
    boot: { ...boot, bundleUrl },
    load: () => load(bundleUrl),
    runtimeUrl: RUNTIME_URL,
  })
  addEventListener('error', (event) => {
    event.preventDefault()
    run.fail(event.error ?? event.message)
  })
  addEventListener('unhandledrejection', (event) => {
    event.preventDefault()
    run.fail(event.reason)
  })
  guardClose(() => run.fail(Object.assign(new Error('the pod closed its worker before its main returned'), { name: 'ExitedEarly' })))
}

async function load(bundleUrl: string): Promise<unknown> {
  try {
    return (await import(bundleUrl)) as unknown
  } finally {
    URL.revokeObjectURL(bundleUrl)
  }
}

/** A worker that closes itself ends without an event: nobody would ever know. */
function guardClose(close: () => void): void {
  const guarded = { value: close, writable: false, configurable: false }
  for (let each: object | null = globalThis; each && each !== Object.prototype; each = Object.getPrototypeOf(each) as object | null) {
    if (each === globalThis || Object.hasOwn(each, 'close')) Object.defineProperty(each, 'close', guarded)
  }
}
