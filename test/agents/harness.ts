/** Starts a pod from a pack's source and keeps all that the runtime says about it, in order. */
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import type { FilePodSpec, FileRuntime } from '../../agents/node/file-runtime.ts'
import type { LogLine, PodExit, PodSpec, RunningPod } from '../../agents/runtime.ts'
import { memoryKeyValues } from '../../agents/pod-kv.ts'
import type { PodServices } from '../../agents/pod-services.ts'
import { createPodFetch, type PodFetchOptions } from '../../agents/node/pod-fetch.ts'
import { office } from './post-office.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { waitFor } from '../support/wait-for.ts'

export interface ObservedPod {
  readonly pod: RunningPod
  /** What happened, but for the log: `running`, `ready`, `status half`, `progress 0.5`, `exit succeeded Completed`. */
  readonly happenings: readonly string[]
  readonly lines: readonly LogLine[]
  readonly exits: readonly PodExit[]
  /** The log's texts, one a line. */
  text(): string
  ended(): Promise<PodExit>
  running(): Promise<unknown>
  logged(text: string): Promise<unknown>
}

export const services = (options: PodFetchOptions = {}): PodServices => ({
  kv: memoryKeyValues(),
  fetch: createPodFetch(options),
  mail: office,
})

let folder: string | undefined
let pods = 0

export function startPod(runtime: FileRuntime, source: string, fields: Partial<FilePodSpec> = {}): ObservedPod {
  folder ??= temporaryFolder('packs')
  const sha256 = createHash('sha256').update(source).digest('hex')
  const bundlePath = path.join(folder, `${sha256}.mjs`)
  writeFileSync(bundlePath, source)
  const happenings: string[] = []
  const lines: LogLine[] = []
  const exits: PodExit[] = []
  const pod = runtime.start(
    { ...plainSpec(`pod-${++pods}`), bundlePath, ...fields },
    {
      onRunning: () => happenings.push('running'),
      onReady: () => happenings.push('ready'),
      onStatus: (text) => happenings.push(`status ${text}`),
      onProgress: (value) => happenings.push(`progress ${value}`),
      onLog: (line) => lines.push(line),
      onExit: (exit) => {
        happenings.push(`exit ${exit.status} ${exit.reason}`)
        exits.push(exit)
      },
    },
  )
  office.add(pod, fields.name ?? pod.podId)
  const text = (): string => lines.map((line) => line.text).join('\n')
  return {
    pod,
    happenings,
    lines,
    exits,
    text,
    ended: () => waitFor('the pod to end', () => exits[0]),
    running: () => waitFor('the pod to run', () => happenings.includes('running')),
    logged: (expected) => waitFor(`the line ${expected}`, () => text().includes(expected)),
  }
}

export const plainSpec = (podId: string): PodSpec => ({
  podId,
  incarnation: 1,
  name: podId,
  namespace: 'default',
  labels: { app: 'test' },
  nodeName: 'n1',
  nodeId: 'node-1',
  env: {},
  args: [],
  attempt: 1,
  memoryLimitMb: 512,
})
