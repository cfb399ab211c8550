/** Runs one bundle on this machine without a cluster, in the same isolate as an agent would: what `stark pack run` does. */
import { randomUUID } from 'node:crypto'
import { memoryKeyValues } from '../pod-kv.ts'
import { PodMail } from '../pod-mail.ts'
import type { PodEvents, RunningPod } from '../runtime.ts'
import { createPodFetch } from './pod-fetch.ts'
import { builtEntries } from './entries.ts'
import { createProcessRuntime } from './process-runtime.ts'

export interface LocalPack {
  readonly name: string
  readonly bundlePath: string
  readonly env: Readonly<Record<string, string>>
  readonly args: readonly string[]
}

export interface LocalRuntime {
  start(pack: LocalPack, events: PodEvents): RunningPod
  close(): Promise<void>
}

/** @throws Error when the temporary folder cannot be reached by the pods' user */
export async function openLocalRuntime(): Promise<LocalRuntime> {
  // Nobody is there to write to: what a pod sends is refused, as by a control plane that is away.
  const runtime = createProcessRuntime({
    entries: builtEntries(),
    services: { kv: memoryKeyValues(), fetch: createPodFetch(), mail: new PodMail() },
  })
  await runtime.warm()
  let attempt = 0
  return {
    start: ({ name, bundlePath, env, args }, events) =>
      runtime.start(
        {
          podId: randomUUID(),
          incarnation: 1,
          name,
          namespace: 'default',
          labels: {},
          nodeId: 'local',
          nodeName: 'local',
          env,
          args,
          attempt: ++attempt,
          memoryLimitMb: 512,
          bundlePath,
        },
        events,
      ),
    close: () => runtime.close(),
  }
}
