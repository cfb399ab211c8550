/** A process that has a pod as an agent has: it starts the pack at argv[2] and says the pod's log on its stdout. */
import { createProcessRuntime } from '../../agents/node/process-runtime.ts'
import { createPodFetch } from '../../agents/node/pod-fetch.ts'
import { memoryKeyValues } from '../../agents/pod-kv.ts'
import { PodMail } from '../../agents/pod-mail.ts'

const [, , bundlePath = '', bootstrap = '', guard = '', reaper = ''] = process.argv
const runtime = createProcessRuntime({
  entries: { bootstrap, guard, reaper },
  services: { kv: memoryKeyValues(), fetch: createPodFetch(), mail: new PodMail() },
})
const ignore = (): void => undefined
runtime.start(
  {
    podId: 'p',
    incarnation: 1,
    name: 'p',
    namespace: 'default',
    labels: {},
    nodeName: 'n',
    nodeId: 'n',
    env: {},
    args: [],
    attempt: 1,
    memoryLimitMb: undefined,
    bundlePath,
  },
  {
    onRunning: ignore,
    onReady: ignore,
    onStatus: ignore,
    onProgress: ignore,
    onLog: ({ text }) => process.stdout.write(`${text}\n`),
    onExit: ({ reason }) => process.stdout.write(`exit ${reason}\n`),
  },
)
