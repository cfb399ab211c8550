/**
 * `isolation: worker`: each pod in a worker thread of the agent. Not a sandbox, and only for packs that are trusted like the
 * agent itself: a thread can read the agent's environment and files, reach its main thread through the inspector, and kill
 * it. Its heap has a limit; its Buffers have none, and its messages are not slowed down.
 */
import type { PodServices } from '../pod-services.ts'
import type { PodEvents, RunningPod } from '../runtime.ts'
import { failedStart } from '../failed-start.ts'
import type { FilePodSpec, FileRuntime } from './file-runtime.ts'
import { forwardEvents } from '../pod-lifecycle.ts'
import { WorkerPod } from './worker-pod.ts'

export interface WorkerRuntimeOptions {
  /** Path of the built file that becomes a thread. */
  readonly entries: { readonly bootstrap: string }
  readonly services: PodServices
}

export function createWorkerRuntime({ entries, services }: WorkerRuntimeOptions): FileRuntime {
  const pods = new Map<RunningPod, Promise<void>>()
  let isClosed = false
  return {
    start(spec, events) {
      if (isClosed) return failedStart(spec, events, new Error('the runtime is closed'))
      try {
        const { pod, exited } = startThread({ spec, events, services, bootstrap: entries.bootstrap })
        pods.set(
          pod,
          exited.then(() => void pods.delete(pod)),
        )
        return pod
      } catch (error) {
        return failedStart(spec, events, error as Error)
      }
    },
    // A thread starts in half the time of a process, and with the limits of its pod: nothing to prepare.
    warm: () => Promise.resolve(),
    async close() {
      isClosed = true
      const exits = [...pods.values()]
      for (const pod of pods.keys()) pod.kill()
      await Promise.all(exits)
    },
  }
}

interface Thread {
  readonly spec: FilePodSpec
  readonly events: PodEvents
  readonly services: PodServices
  readonly bootstrap: string
}

function startThread({ spec, events, services, bootstrap }: Thread): { pod: RunningPod; exited: Promise<void> } {
  let resolve: () => void = () => undefined
  const exited = new Promise<void>((settle) => (resolve = settle))
  const pod = new WorkerPod({
    spec,
    services,
    bootstrap,
    events: forwardEvents(events, {
      onExit: (exit) => {
        resolve()
        events.onExit(exit)
      },
    }),
  })
  return { pod, exited }
}
