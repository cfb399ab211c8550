/** A pod that never was: its start failed before there was an isolate. It ends like any other, once, after start() returned. */
import { judge } from './pod-exit.ts'
import { PodCallError } from './pod-services.ts'
import type { PodEvents, PodSpec, RunningPod } from './runtime.ts'

export function failedStart({ podId, incarnation, memoryLimitMb }: PodSpec, events: PodEvents, startError: Error): RunningPod {
  const nothing = { report: undefined, code: null, signal: null, killedFor: undefined, broken: undefined, stop: undefined }
  queueMicrotask(() => events.onExit(judge({ ...nothing, startError, memoryLimitMb })))
  return {
    podId,
    incarnation,
    stop: () => undefined,
    message: () => undefined,
    request: () => Promise.reject(new PodCallError('UNREACHABLE', 'the pod could not be started')),
    kill: () => undefined,
    usage: async () => ({ cpuMillicores: 0, memoryMb: 0 }),
  }
}
