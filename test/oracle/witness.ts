/**
 * Follows a kernel's commits and asks the oracle about each that the scheduler makes: every binding, one after the other on the
 * state that those before it left, every eviction, and the pods that were passed over.
 */
import type { ChangeSet } from '../../kernel/index.ts'
import type { Pod } from '../../kernel/schema/index.ts'
import { isWaiting, type Cluster } from './cluster.ts'
import { decide, winners } from './oracle.ts'
import { nominations } from './preemption.ts'
import type { World } from './world.ts'

export class Witness {
  readonly problems: string[] = []
  readonly #world: World
  /** Whom a pod waits for to go, by its id. */
  #claims: Claims = new Map()
  #before: Cluster
  #revision: number
  #isFirst = false

  constructor(world: World) {
    this.#world = world
    this.#before = world.cluster()
    const { committer } = world.kernel
    this.#revision = committer.revision
    committer.onApplied((changeSet) => this.#see(changeSet))
  }

  /** Nobody waits for a time: the scheduler's next commit is about all pods that what happens now could help. */
  expectFirst(isFirst: boolean): void {
    this.#isFirst = isFirst
  }

  /** Whether pods are on their way out to make room for this one. */
  isMadeRoomFor(pod: Pod): boolean {
    return isMadeRoomFor(pod, this.#before, this.#claims)
  }

  #see({ revision, origin, changes }: ChangeSet): void {
    const before = this.#before
    const isUndone = revision === this.#revision
    this.#before = this.#world.cluster()
    this.#revision = isUndone ? revision - 1 : revision
    if (origin.actorId === 'scheduler' && !isUndone) this.#judge(before, changes)
    const waiting = new Set(this.#before.pods.filter(isWaiting).map(({ id }) => id))
    this.#claims = new Map([...this.#claims].filter(([id]) => waiting.has(id)))
  }

  #judge(before: Cluster, changes: ChangeSet['changes']): void {
    const records = changes.flatMap((change) => (change.kind === 'pods' && change.op === 'put' ? [change.record as Pod] : []))
    const pass = new Pass(before, records, { isFirst: this.#isFirst, claims: this.#claims })
    this.problems.push(...pass.problems)
    this.#claims = new Map([...this.#claims, ...pass.claims])
    this.#isFirst = false
  }
}

type Claims = ReadonlyMap<string, readonly string[]>

const isMadeRoomFor = ({ id }: Pod, { pods }: Cluster, claims: Claims): boolean =>
  pods.some((each) => each.status === 'stopping' && claims.get(id)?.includes(each.id))

/** One commit of the scheduler. */
class Pass {
  readonly problems: string[] = []
  readonly claims = new Map<string, readonly string[]>()
  readonly #claims: Claims
  readonly #start: Cluster
  readonly #isFirst: boolean
  readonly #bound: readonly Pod[]
  readonly #evicted: readonly Pod[]
  /** What those before have left; the victims of this pass still as they were. */
  #now: Cluster
  #seen = new Set<string>()

  constructor(start: Cluster, records: readonly Pod[], { isFirst, claims }: { isFirst: boolean; claims: Claims }) {
    this.#start = start
    this.#now = start
    this.#isFirst = isFirst
    this.#claims = claims
    this.#bound = records.filter(({ nodeId, status }) => nodeId !== null && status === 'scheduled')
    this.#evicted = records.filter(({ status, reason }) => status === 'stopping' && reason === 'Preempted')
    const waiting = start.pods.filter(isWaiting).toSorted(byRank)
    const order = waiting.filter((pod) => this.#bindingOf(pod)).map(({ name }) => name)
    this.#expect(
      `${this.#bound.map(({ name }) => name).join()} were bound in this order`,
      String(order),
      this.#bound.map(({ name }) => name).join(),
    )
    for (const pod of waiting) this.#judge(pod)
  }

  #bindingOf = ({ id }: Pod): Pod | undefined => this.#bound.find((each) => each.id === id)

  #judge(pod: Pod): void {
    const binding = this.#bindingOf(pod)
    if (!binding) return this.#passedOver(pod)
    const name = this.#now.nodes.find(({ id }) => id === binding.nodeId)?.name ?? 'a node that is gone'
    const right = this.#views().flatMap((cluster) => winners(pod, cluster))
    if (!right.includes(name)) this.problems.push(`${pod.name} went to ${name}, and the oracle says ${right.join(' or ') || 'nowhere'}`)
    this.#now = replaced(this.#now, [binding])
    return undefined
  }

  /** A pod that would fit, or make room, as the pass began and as its turn came, must have been looked at. */
  #passedOver(pod: Pod): void {
    const views = this.#views()
    const fits = (cluster: Cluster) => decide(pod, cluster).feasible.length > 0
    if (this.#isFirst && fits(this.#start) && views.every(fits)) this.problems.push(`${pod.name} was left waiting, and it fits`)
    const named = this.#evicted.filter((each) => makesWayFor(each, pod))
    const allowed = views.flatMap((cluster) => nominations(pod, cluster)).map(({ victims }) => victims.map(({ id }) => id))
    const isServed = isMadeRoomFor(pod, this.#start, this.#claims)
    const isLeavingFor = (each: Pod) => this.#claims.get(pod.id)?.includes(each.id) && each.status === 'stopping' && makesWayFor(each, pod)
    if (named.length > 0 && this.#start.pods.some(isLeavingFor))
      this.problems.push(`${pod.name} evicts more pods while those before are still leaving`)
    const gone = new Set(this.#evicted.map(({ id }) => id))
    // A victim that a later pod names too says only the later name.
    const isShared = named.length < gone.size
    const right = allowed.find(
      (victims) =>
        victims.every((id) => gone.has(id)) &&
        named.every(({ id }) => victims.includes(id)) &&
        (isShared || victims.length === named.length),
    )
    const makesRoom = (cluster: Cluster) => nominations(pod, cluster).length > 0
    const mustMakeRoom = this.#isFirst && !isServed && makesRoom(this.#start) && views.every(makesRoom)
    if (!right && mustMakeRoom) this.problems.push(`${pod.name} was left waiting, and could make room by ${JSON.stringify(allowed)}`)
    else if (!right && named.length > 0) {
      this.problems.push(
        `${named.map(({ name }) => name).join()} had to go for ${pod.name}, and the oracle says ${JSON.stringify(allowed)}`,
      )
    }
    if (right && !isServed) this.#claim(pod, right)
  }

  #claim({ id }: Pod, victims: readonly string[]): void {
    for (const victim of victims) this.#seen.add(victim)
    this.claims.set(id, victims)
  }

  /** Whether a pod sees the evictions decided before it in the same pass is the kernel's business: they are not done yet. */
  #views(): Cluster[] {
    const gone = this.#now.pods.filter(({ id }) => this.#seen.has(id))
    if (gone.length === 0) return [this.#now]
    return [
      this.#now,
      replaced(
        this.#now,
        gone.map((pod) => ({ ...pod, status: 'stopping' as const })),
      ),
    ]
  }

  #expect(what: string, expected: string, actual: string): void {
    if (expected !== actual) this.problems.push(`${what}, and the oracle says ${expected}`)
  }
}

const makesWayFor = ({ statusMessage }: Pod, { namespace, name }: Pod): boolean => statusMessage === `makes way for ${namespace}/${name}`

const replaced = (cluster: Cluster, pods: readonly Pod[]): Cluster => ({
  ...cluster,
  pods: cluster.pods.map((pod) => pods.find(({ id }) => id === pod.id) ?? pod),
})

/** Highest priority first, then oldest, then by id. */
const byRank = (a: Pod, b: Pod): number =>
  b.priority - a.priority || Date.parse(a.createdAt) - Date.parse(b.createdAt) || (a.id < b.id ? -1 : 1)
