/**
 * What the cluster did while this tab looked on: a sample a second of what the fleet counts, and every few seconds how full each node
 * is. Made of the watch alone; nothing is asked of the server, and nothing is known of the time before the page was opened.
 */
import { shallowRef } from '@vue/reactivity'
import type { Clock } from '../../../kernel/clock.ts'
import type { Node } from '../../../kernel/schema/node.ts'
import type { PodStatus } from '../../../kernel/schema/pod.ts'
import type { Fleet, FleetChanges } from '../fleet.ts'
import { pressureOf } from '../load.ts'
import { podTone, type Tone } from '../status.ts'
import { Ring } from './ring.ts'

const SAMPLE_MS = 1_000
/** Ten minutes. */
const SAMPLES_MAX = 600
const NODES_EVERY = 5
/** Five minutes. */
const NODE_SAMPLES_MAX = 60
const LATENCIES_MAX = 10_000

const NAMES = ['good', 'busy', 'bad', 'still', 'cpu', 'memory', 'pods', 'p50', 'p95', 'restarts'] as const
/** Pods by tone; shares of cpu, memory and pods that are held, in percent; ms from creation to a node; restarts in that second. */
export type SeriesName = (typeof NAMES)[number]

export class Recorder {
  readonly #fleet: Fleet
  readonly #nodes: () => Iterable<Node>
  readonly #clock: Clock
  readonly #times = new Ring(SAMPLES_MAX)
  readonly #series = new Map<SeriesName, Ring>(NAMES.map((name) => [name, new Ring(SAMPLES_MAX)]))
  readonly #ends: readonly (() => void)[]
  readonly #count = shallowRef(0)
  readonly #pressures = shallowRef(new Map<string, Ring>())
  #latencies: number[] = []
  #restarts: number | undefined

  constructor(fleet: Fleet, { nodes, clock }: { readonly nodes: () => Iterable<Node>; readonly clock: Clock }) {
    this.#fleet = fleet
    this.#nodes = nodes
    this.#clock = clock
    this.#ends = [fleet.onChanges((changes) => this.#observe(changes)), clock.every(SAMPLE_MS, () => this.#sample())]
  }

  /** How many samples there were; reactive. */
  get count(): number {
    return this.#count.value
  }

  /** Epoch seconds, the oldest first. */
  times(): number[] {
    return this.#times.toArray()
  }

  /** As many values as there are times. */
  series(name: SeriesName): number[] {
    return this.#series.get(name)?.toArray() ?? []
  }

  /** How full a node was, 0 to 1, the oldest first; reactive. */
  pressures(nodeId: string): number[] {
    return this.#pressures.value.get(nodeId)?.toArray() ?? []
  }

  close(): void {
    for (const end of this.#ends) end()
  }

  /** A pod that has just got its node says how long that took. */
  #observe({ came }: FleetChanges): void {
    for (const { pod } of came) {
      if (pod.status !== 'scheduled' || pod.scheduledAt === null || this.#latencies.length >= LATENCIES_MAX) continue
      this.#latencies.push(Math.max(0, Date.parse(pod.scheduledAt) - Date.parse(pod.createdAt)))
    }
  }

  #sample(): void {
    const { byStatus, restarts, held, offered } = this.#fleet.counts
    const tones: Record<Tone, number> = { good: 0, busy: 0, bad: 0, still: 0 }
    for (const [status, count] of Object.entries(byStatus)) tones[podTone(status as PodStatus)] += count
    const latencies = this.#latencies.sort((a, b) => a - b)
    // Without a pod that was placed there is nothing to say of it.
    const at = (share: number): number => latencies[Math.ceil(share * latencies.length) - 1] ?? Number.NaN
    const shares = {
      cpu: percentOf(held.cpu, offered.cpu),
      memory: percentOf(held.memory, offered.memory),
      pods: percentOf(held.pods, offered.pods),
    }
    // Pods that are forgotten take their restarts along.
    const restarted = Math.max(0, restarts - (this.#restarts ?? restarts))
    const values: Record<SeriesName, number> = { ...tones, ...shares, p50: at(0.5), p95: at(0.95), restarts: restarted }
    for (const name of NAMES) this.#series.get(name)?.add(values[name])
    this.#times.add(this.#clock.now() / 1_000)
    this.#latencies = []
    this.#restarts = restarts
    if (this.#count.value % NODES_EVERY === 0) this.#sampleNodes()
    this.#count.value += 1
  }

  #sampleNodes(): void {
    const before = this.#pressures.value
    const after = new Map<string, Ring>()
    for (const node of this.#nodes()) {
      const ring = before.get(node.id) ?? new Ring(NODE_SAMPLES_MAX)
      ring.add(pressureOf(this.#fleet.holdingOf(node.id).load, node))
      after.set(node.id, ring)
    }
    this.#pressures.value = after
  }
}

const percentOf = (held: number, offered: number): number => (offered > 0 ? (100 * held) / offered : 0)
