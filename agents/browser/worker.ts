/**
 * The agent of a browser node: a worker of the agent's frame, because a browser slows the timers of pages that are not seen and
 * leaves those of workers alone. It has the socket, the bundles and the pods' ports; frames are made for it by its document.
 */
import type { Pack } from '../../kernel/schema/pack.ts'
import type { WireProblem } from '../../kernel/wire/frames.ts'
import { Agent, type AgentStatus, type Connecting, type NodeFacts } from '../agent.ts'
import { downloadBundle } from '../bundle-download.ts'
import { agentClock } from '../clock.ts'
import { join } from '../join.ts'
import { memoryKeyValues } from '../pod-kv.ts'
import { PodMail } from '../pod-mail.ts'
import { podSpecOf, type AssignedPod } from '../pod-spec.ts'
import type { PodEvents, RunningPod } from '../runtime.ts'
import { bundleBytes } from './bundle-cache.ts'
import { factsOf } from './facts.ts'
import { createFrameRuntime } from './frame-runtime.ts'
import { RemoteFrames } from './frames.ts'
import { newId } from './new-id.ts'
import { UNKNOWN_STATE, type FromWorker, type Identity, type NodeConfig, type NodeState, type ToWorker } from './messages.ts'
import { podFetch } from './pod-fetch.ts'

/** What of a worker's global is used here; the DOM's types know only windows. */
interface WorkerScope {
  postMessage(message: FromWorker): void
  addEventListener(type: 'message', listener: (event: MessageEvent<ToWorker>) => void): void
}
const scope = globalThis as unknown as WorkerScope
const server = location.origin
const frames = new RemoteFrames((message) => scope.postMessage(message))
const mail = new PodMail()
const runtime = createFrameRuntime({ frames, services: { kv: memoryKeyValues(), fetch: podFetch, mail } })
let agent: Agent | undefined
let told = ''

scope.addEventListener('message', ({ data, ports: [port] }) => {
  if (data.type === 'start') void start(data.config, data.identity)
  else if (data.type === 'pause') agent?.setPaused(data.isPaused)
  else if (data.type === 'suspend') agent?.suspend()
  else if (data.type === 'resume') agent?.resume()
  else if (data.type === 'frame-failed') frames.failed(data.key, data.message)
  else if (port) frames.opened(data.key, port)
})

async function start(config: NodeConfig, identity: Identity): Promise<void> {
  const facts = factsOf(config, identity.id)
  tell({ phase: 'connecting', detail: '' }, facts)
  const token = identity.token ?? (await joinWith(config, facts))
  if (token === undefined) return
  let wasOnline = false
  agent = new Agent({
    ...connecting(),
    facts,
    token,
    mail,
    run: (pod, pack, events) => run({ pod, pack, events }, { facts, token }),
    onChange(status) {
      wasOnline ||= status.isOnline
      tellStatus(status, facts)
    },
    onRefused(problem) {
      // A credential from before the server forgot this node; with a join token it can be a node again.
      if (!wasOnline && problem.code === 'UNAUTHENTICATED' && config.token !== undefined) return joinAnew(config)
      refused(problem, facts)
    },
  })
  // Without a frame ahead of its pod the first start is a cold one, and that start says what is wrong.
  runtime.warm().catch(() => undefined)
}

function joinAnew(config: NodeConfig): void {
  const identity = { id: newId(), token: undefined }
  scope.postMessage({ type: 'identity', identity })
  void start(config, identity)
}

/** @returns the node's own credential; undefined when there is none to be had, which has been told */
async function joinWith({ token }: NodeConfig, facts: NodeFacts): Promise<string | undefined> {
  if (token === undefined) {
    tell({ phase: 'needs-token', detail: 'a join token turns this page into a node: stark token create --kind join' }, facts)
    return undefined
  }
  try {
    const own = await join(facts, token, connecting())
    scope.postMessage({ type: 'identity', identity: { id: facts.id, token: own } })
    return own
  } catch (error) {
    tell({ phase: 'refused', detail: error instanceof Error ? error.message : String(error) }, facts)
    return undefined
  }
}

function refused({ detail }: WireProblem, facts: NodeFacts): void {
  void runtime.close()
  tell({ phase: 'refused', detail }, facts)
}

function connecting(): Connecting {
  const url = new URL('/ws', server)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  return {
    url: url.href,
    open: (address) => new WebSocket(address),
    clock: agentClock,
    random: () => Math.random(),
  }
}

interface Wanted {
  readonly pod: AssignedPod
  readonly pack: Pack
  readonly events: PodEvents
}

async function run({ pod, pack, events }: Wanted, { facts, token }: { facts: NodeFacts; token: string }): Promise<RunningPod> {
  if (!pack.bundle) throw new Error(`${pack.name}@${pack.version} has no bundle`)
  const bytes = await bundleBytes(pack.bundle.sha256, async () => (await downloadBundle({ server, pack, token })).buffer)
  return runtime.start({ ...podSpecOf(pod, facts), bytes }, events)
}

function tellStatus({ isOnline, isPaused, pods }: AgentStatus, facts: NodeFacts): void {
  tell({ phase: isOnline ? 'online' : 'connecting', detail: '', isPaused, pods }, facts)
}

/** What has not changed is not told: an agent says often that something may have. */
function tell(news: Partial<NodeState>, { id, name }: NodeFacts): void {
  const state = { ...UNKNOWN_STATE, id, name, ...news }
  const text = JSON.stringify([state, agent?.incarnation])
  if (text === told) return
  told = text
  scope.postMessage({ type: 'state', state, incarnation: agent?.incarnation })
}
