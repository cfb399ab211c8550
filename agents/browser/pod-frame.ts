/**
 * The only script in a pod's frame (agent-pod.html), which is sandboxed, has an origin of its own and may reach no server. It
 * makes the worker that the pod runs in, and obeys the port that it is given. What the pod itself says to its frame or its
 * worker's global is heard by nobody.
 */
import type { FromPod } from '../pod-messages.ts'
import { listen } from './listen.ts'
import type { FromPodFrame, PodStart, ToPodFrame } from './messages.ts'

/** The text of pod-worker.ts, put here by build.mjs. */
declare const POD_WORKER_SOURCE: string

/** Every browser answers; one that is busy is not to be taken for one that cannot. */
const PROBE_MAX_MS = 15_000

/** A data: worker has an origin of its own and is a secure context, but WebKit lets it import no blob:; a blob: worker can. */
type WorkerKind = 'data' | 'blob'

const makers: Record<WorkerKind, () => Worker> = {
  data: () => new Worker(`data:text/javascript,${encodeURIComponent(POD_WORKER_SOURCE)}`),
  blob: () => new Worker(URL.createObjectURL(new Blob([POD_WORKER_SOURCE], { type: 'text/javascript' }))),
}

const hint = location.hash.slice(1)
void open(hint === 'data' || hint === 'blob' ? hint : undefined)

async function open(known: WorkerKind | undefined): Promise<void> {
  const kind = known ?? ((await probe()) ? 'data' : 'blob')
  // Ahead of its pod, because most of a start is the worker itself.
  const worker = makers[kind]()
  addEventListener('message', (event: MessageEvent<{ readonly type: 'port' }>) => {
    const [port] = event.ports
    if (event.source !== parent || event.data.type !== 'port' || !port) return
    obey(port, worker)
  })
  parent.postMessage({ type: 'up', kind }, '*')
}

function obey(port: MessagePort, worker: Worker): void {
  const say = (message: FromPodFrame): void => port.postMessage(message)
  worker.addEventListener('error', (event) => {
    event.preventDefault()
    say({ type: 'broken', message: event.message || 'the worker of the pod could not be started' })
  })
  listen(port, (message: ToPodFrame) => {
    if (message.type === 'ping') return say({ type: 'pong' })
    if (message.type === 'kill') return worker.terminate()
    const { boot, bytes, port: podPort } = message
    return worker.postMessage({ boot, bytes, port: podPort } satisfies PodStart, [bytes, podPort])
  })
}

/** Whether a data: worker can import what it is given. */
function probe(): Promise<boolean> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    const worker = makers.data()
    const end = (works: boolean): void => {
      worker.terminate()
      clearTimeout(timer)
      resolve(works)
    }
    const timer = setTimeout(() => end(false), PROBE_MAX_MS)
    worker.addEventListener('error', (event) => {
      event.preventDefault()
      end(false)
    })
    listen(port1, (text: string) => {
      const message = JSON.parse(text) as FromPod
      if (message.type === 'exit') end(message.status === 'succeeded')
    })
    const bytes = new TextEncoder().encode('export default () => 0').buffer
    const pod = { id: 'probe', name: 'probe', namespace: 'probe', labels: {}, attempt: 1 }
    const boot = { pod, node: { id: '', name: '' }, env: {}, args: [], bundleUrl: '' }
    worker.postMessage({ boot, bytes, port: port2 } satisfies PodStart, [bytes, port2])
  })
}
