/**
 * The agent of a Node.js node: joins once with a join token, then is that node for as long as it lives. Becomes dist/agent.mjs;
 * `stark node join` runs it.
 */
import os from 'node:os'
import path from 'node:path'
import { WebSocket } from 'ws'
import type { Pack } from '../../kernel/schema/pack.ts'
import type { Capacity, Labels } from '../../kernel/schema/common.ts'
import type { Taint } from '../../kernel/schema/taint.ts'
import { WireError } from '../../kernel/wire/client.ts'
import { Agent, type AgentStatus, type Connecting, type NodeFacts } from '../agent.ts'
import { downloadBundle } from '../bundle-download.ts'
import { join } from '../join.ts'
import { memoryKeyValues } from '../pod-kv.ts'
import { PodMail } from '../pod-mail.ts'
import { podSpecOf, type AssignedPod } from '../pod-spec.ts'
import type { PodEvents, RunningPod } from '../runtime.ts'
import { openBundleCache, type BundleCache } from './bundle-cache.ts'
import { agentClock } from '../clock.ts'
import { claimFolder, clearLeftovers } from './claim.ts'
import { builtEntries } from './entries.ts'
import type { FileRuntime } from './file-runtime.ts'
import { readIdentity, writeIdentity } from './identity.ts'
import { createPodFetch } from './pod-fetch.ts'
import { createProcessRuntime } from './process-runtime.ts'
import { StartTrace } from './tracing.ts'
import { createWorkerRuntime } from './worker-runtime.ts'

export { openLocalRuntime } from './local-run.ts'

const PODS_MAX = 100
const BYTES_PER_MB = 1_000_000

export interface NodeOptions {
  /** http: or https: */
  readonly server: string
  /** A join token; not needed by a node that has joined before. */
  readonly joinToken: string | undefined
  /** Where it keeps who it is, and its bundles. */
  readonly folder: string
  readonly name?: string
  readonly labels?: Labels
  readonly taints?: readonly Taint[]
  /** What pods may have of this machine; all of it unless told. */
  readonly capacity?: Partial<Capacity>
  /** Packs that ask for `isolation: worker` may run as threads of this process, which is no sandbox. */
  readonly allowsWorkers?: boolean
  readonly onStatus?: (status: AgentStatus) => void
}

export interface RunningNode {
  readonly name: string
  readonly id: string
  /** Rejects with a WireError when the control plane does not want this node any more. */
  readonly refused: Promise<never>
  stop(): Promise<void>
}

/** @throws WireError when the join token is refused, Error when there is none and one is needed, or when this node has an agent already */
export async function startNode(options: NodeOptions): Promise<RunningNode> {
  const giveBack = claimFolder(options.folder)
  try {
    return await startIn(options, giveBack)
  } catch (error) {
    giveBack()
    throw error
  }
}

async function startIn(options: NodeOptions, giveBack: () => void): Promise<RunningNode> {
  const { folder, server, onStatus } = options
  const facts = factsOf(options, (await readIdentity(folder)).id)
  const connecting = connectingTo(server)
  const token = await credential(options, facts, connecting)
  const bundles = await openBundleCache(path.join(folder, 'bundles'))
  const mail = new PodMail()
  await clearLeftovers(facts.id)
  const runtimes = startRuntimes(mail, facts.id)
  let refuse: (error: Error) => void = () => undefined
  const refused = new Promise<never>((_resolve, reject) => {
    refuse = reject
  })
  // Whoever started the node may not be listening yet.
  refused.catch(() => undefined)
  const agent = new Agent({
    ...connecting,
    facts,
    token,
    mail,
    run: (pod, pack, events) => runPod({ pod, pack, events }, { options, facts, token, bundles, runtimes }),
    ...(onStatus ? { onChange: onStatus } : {}),
    onRefused: (problem) => refuse(new WireError(problem)),
  })
  await runtimes.process.warm()
  return {
    name: facts.name,
    id: facts.id,
    refused,
    async stop() {
      await agent.stop()
      await Promise.all([runtimes.process.close(), runtimes.worker.close()])
      giveBack()
    },
  }
}

interface Runtimes {
  readonly process: FileRuntime
  readonly worker: FileRuntime
}

function startRuntimes(mail: PodMail, owner: string): Runtimes {
  const entries = builtEntries()
  const services = { kv: memoryKeyValues(), fetch: createPodFetch(), mail }
  return { process: createProcessRuntime({ entries, services, owner }), worker: createWorkerRuntime({ entries, services }) }
}

/** The node's own credential: what it was given when it joined, or what it is given now. */
async function credential({ folder, joinToken }: NodeOptions, facts: NodeFacts, connecting: Connecting): Promise<string> {
  const { id, token } = await readIdentity(folder)
  if (token !== undefined) return token
  if (joinToken === undefined) throw new Error(`this node has not joined yet: give it a join token (stark token create --kind join)`)
  const given = await join(facts, joinToken, connecting)
  await writeIdentity(folder, { id, token: given })
  return given
}

function connectingTo(server: string): Connecting {
  const url = new URL('/ws', server)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  return {
    url: url.href,
    open: (address) => new WebSocket(address, { perMessageDeflate: false }),
    clock: agentClock,
    random: () => Math.random(),
  }
}

function factsOf({ name, labels, taints, capacity, allowsWorkers }: NodeOptions, id: string): NodeFacts {
  return {
    id,
    name: name ?? defaultName(),
    runtimeType: 'node',
    capabilities: {
      runtimeVersion: process.versions.node,
      os: process.platform,
      arch: process.arch,
      isolation: allowsWorkers ? ['process', 'worker'] : ['process'],
    },
    allocatable: {
      cpu: os.availableParallelism() * 1000,
      memory: Math.floor(os.totalmem() / BYTES_PER_MB),
      storage: 10_000,
      pods: PODS_MAX,
      ...capacity,
    },
    labels: { 'kubernetes.io/os': process.platform, 'kubernetes.io/arch': process.arch, ...labels },
    taints: taints ?? [],
  }
}

/** The machine's name, as a node may be called. */
function defaultName(): string {
  const name = os
    .hostname()
    .toLowerCase()
    .replace(/[^a-z0-9.-]/g, '-')
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '')
  return name === '' ? 'node' : name
}

interface Wanted {
  readonly pod: AssignedPod
  readonly pack: Pack
  readonly events: PodEvents
}
interface Here {
  readonly options: NodeOptions
  readonly facts: NodeFacts
  readonly token: string
  readonly bundles: BundleCache
  readonly runtimes: Runtimes
}

async function runPod({ pod, pack, events }: Wanted, { options, facts, token, bundles, runtimes }: Here): Promise<RunningPod> {
  if (!pack.bundle) throw new Error(`${pack.name}@${pack.version} has no bundle`)
  const { sha256 } = pack.bundle
  const isolation = pack.metadata.isolation === 'worker' && options.allowsWorkers ? 'worker' : 'process'
  const trace = new StartTrace(pod, facts)
  const bundle = await trace.fetching(() => bundles.get(sha256, () => downloadBundle({ server: options.server, pack, token })))
  return runtimes[isolation].start(
    { ...podSpecOf(pod, facts), bundlePath: bundle.path },
    trace.watched({
      ...events,
      onExit: (exit) => {
        bundle.release()
        events.onExit(exit)
      },
    }),
  )
}
