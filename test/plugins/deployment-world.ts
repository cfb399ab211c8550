/** A cluster with deployments on a virtual clock, whose nodes do what agents do: pods start, become ready unless their version is bad, and stop. */
import type { Deployment, Node, Pack, Plugin, Pod } from '../../kernel/index.ts'
import { isEnded } from '../../kernel/index.ts'
import { cordon } from '../../plugins/cordon.ts'
import { deployments } from '../../plugins/deployments/index.ts'
import { drain } from '../../plugins/drain.ts'
import { taintEviction } from '../../plugins/taint-eviction.ts'
import { taints } from '../../plugins/taints.ts'
import { aPack } from '../support/builders.ts'
import { nodeOf } from '../support/calls.ts'
import { startCluster, type Cluster } from '../support/cluster.ts'
import { BackOffs, brokenBy, podChange } from './deployment-promises.ts'

/** Versions of which no pod ever becomes ready. */
export const BAD = '6.6.6'
const BEAT_MS = 5_000
const VERSIONS = ['1.0.0', '1.1.0', '2.0.0', BAD]

export class World {
  #cluster: Cluster
  /** Nodes that are there. */
  readonly nodes = new Map<string, Node>()
  /** Nodes that are out of touch, and may come back. */
  readonly away = new Map<string, Node>()
  /** What was done to a deployment that took it below its promise. */
  readonly violations: string[] = []
  readonly #backOffs = new BackOffs()
  #beatMs = 0
  #joined = 0

  private constructor(cluster: Cluster) {
    this.#cluster = cluster
    this.#watch()
  }

  get cluster(): Cluster {
    return this.#cluster
  }

  /** The control plane ends and comes back on what is durable; nodes register again, and their pods have gone on. */
  async restart(): Promise<void> {
    const { store, clock, kernel } = this.#cluster
    await kernel.stop()
    this.#cluster = await startCluster({ store, clock, plugins: rules() })
    this.#watch()
    for (const node of this.nodes.values()) await this.#register(node)
  }

  #watch(): void {
    const { committer, state } = this.#cluster.kernel
    committer.onApplied(({ origin, changes, at }) => {
      const pods = changes.flatMap((change) => (change.kind === 'pods' ? [podChange(change)] : []))
      this.violations.push(...brokenBy(state, { actor: origin.actorId, pods }))
      for (const each of pods) this.#backOffs.judge(each, at, this.violations)
    })
  }

  static async start(nodes: number): Promise<World> {
    const cluster = await startCluster({ plugins: rules() })
    const world = new World(cluster)
    await world.push(...VERSIONS)
    for (let made = 0; made < nodes; made += 1) await world.join()
    return world
  }

  async push(...versions: readonly (string | Partial<Pack>)[]): Promise<void> {
    await this.cluster.kernel.commit({ actorId: 'test' }, (transaction) => {
      for (const each of versions)
        transaction.add('packs', aPack({ name: 'app', ...(typeof each === 'string' ? { version: each } : each) }))
    })
  }

  async join(fields: Parameters<Cluster['join']>[0] = {}): Promise<Node> {
    this.#joined += 1
    const id = `b0000000-0000-4000-8000-${String(this.#joined).padStart(12, '0')}`
    const node = await this.cluster.join({ id, name: `node-${this.#joined}`, ...fields })
    this.nodes.set(node.id, node)
    return node
  }

  /** Says goodbye; its pods are lost after ten seconds. */
  async lose(id: string): Promise<void> {
    this.nodes.delete(id)
    await this.cluster.call('nodes.goodbye', { id }, { who: nodeOf(id) })
    // Its connection is closed then.
    await this.cluster.kernel.commit({ actorId: 'nodes' }, (transaction) => transaction.update('nodes', id, { status: 'offline' }))
  }

  /** Asleep or cut off: nothing is heard of it, and its pods go on. */
  silence(id: string): void {
    const node = this.nodes.get(id)
    if (node) this.away.set(id, node)
    this.nodes.delete(id)
  }

  /** Back in touch: its agent says again how its pods are, and stops those that are not wanted any more. */
  async wake(id: string): Promise<void> {
    const node = this.away.get(id)
    if (!node) return
    this.away.delete(id)
    this.nodes.set(id, node)
    await this.#register(node)
    for (const pod of this.cluster.kernel.state.by('pods', 'nodeId', id)) {
      // Also of those that were given up meanwhile: that changes nothing any more.
      if (pod.status === 'unknown' || pod.status === 'evicted')
        await this.cluster.report(pod, { status: 'running', ready: pod.packVersion !== BAD })
    }
  }

  async #register({ id, name, runtimeType, capabilities, allocatable }: Node): Promise<void> {
    const facts = { id, name, runtimeType, capabilities, allocatable, isNew: false }
    await this.#cluster.call('nodes.register', facts, { who: nodeOf(id) })
    await this.#cluster.settle()
  }

  ask<T = Deployment>(verb: string, input: object = {}): Promise<T> {
    return this.cluster.call<T>(`deployments.${verb}`, { id: 'app', ...input })
  }

  create(input: object = {}): Promise<Deployment> {
    return this.cluster.call<Deployment>('deployments.create', { pack: 'app@1.0.0', name: 'app', ...input })
  }

  get deployment(): Deployment {
    const found = this.cluster.kernel.state.find('deployments', 'name', 'default/app')
    if (!found) throw new Error('the deployment is gone')
    return found
  }

  /** Of the deployment, that have not ended and are not on their way out. */
  get pods(): Pod[] {
    const all = [...this.cluster.kernel.state.all('pods')]
    return all.filter((pod) => pod.deploymentId !== null && pod.deletedAt === null && pod.status !== 'stopping' && !isEnded(pod))
  }

  get versions(): string[] {
    return this.pods.map(({ packVersion }) => packVersion).toSorted()
  }

  /** Time goes on, and nodes do their work each second. */
  async pass(seconds: number): Promise<void> {
    for (let passed = 0; passed < seconds; passed += 1) {
      await this.#beat()
      await this.cluster.pass(1_000)
      await this.work()
    }
  }

  /** Until the deployment is as it says that it wants to be. */
  async passUntil(phase: Deployment['status']['phase'], seconds = 600): Promise<Deployment> {
    for (let passed = 0; passed < seconds; passed += 1) {
      await this.pass(1)
      if (this.deployment.status.phase === phase) return this.deployment
    }
    throw new Error(`it is not ${phase} after ${seconds} s: ${JSON.stringify(this.deployment.status)}`)
  }

  async work(): Promise<void> {
    const ids = Array.from(this.cluster.kernel.state.all('pods'), ({ id }) => id)
    for (const id of ids) {
      const pod = this.cluster.pod(id)
      if (!pod || pod.nodeId === null || !this.nodes.has(pod.nodeId) || isEnded(pod)) continue
      if (pod.status === 'scheduled') {
        await this.cluster.report(pod, { status: 'starting' })
        await this.cluster.report(pod, { status: 'running', ready: pod.packVersion !== BAD })
      } else if (pod.status === 'stopping') await this.cluster.report(pod, { status: 'stopped' })
    }
  }

  async #beat(): Promise<void> {
    const now = this.cluster.clock.now()
    if (now - this.#beatMs < BEAT_MS) return
    this.#beatMs = now
    for (const id of this.nodes.keys()) await this.cluster.call('nodes.heartbeat', { id }, { who: nodeOf(id) })
  }
}

const rules = (): Plugin[] => [taints(), cordon(), taintEviction(), drain(), deployments()]
