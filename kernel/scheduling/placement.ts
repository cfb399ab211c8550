/**
 * Where one class of pods may run and would rather run: the `filter` and `score` hooks called once, and what they described
 * evaluated over the nodes. Pure: it reads nodes and usage and changes nothing. Ties go to the node that comes first by name,
 * so the same state and plugins give the same placement.
 */
import type { Hooks } from '../hooks.ts'
import type { Log } from '../log.ts'
import { isEnded, type Capacity, type Node, type Pod } from '../schema/index.ts'
import { Board } from './score-board.ts'
import { Candidates, type Cause, type ClassPod, type NodeFacts, type Refusal, type Verdict } from './candidates.ts'
import type { Usage } from './usage.ts'

export interface Scored {
  readonly node: NodeFacts
  readonly total: number
}

export interface Judgement {
  readonly best: Scored | undefined
  /** Why each other node was refused. */
  readonly refusals: ReadonlyMap<NodeFacts, Refusal>
  /** What could change the answer when nothing fits. */
  readonly causes: ReadonlySet<Cause>
}

/** What the hooks described for one class. */
export class Placement {
  readonly #candidates: Candidates
  readonly #board: Board
  readonly #log: Log

  constructor(pod: ClassPod, { hooks, log }: { hooks: Hooks; log: Log }) {
    this.#log = log
    this.#candidates = new Candidates(pod)
    this.#board = new Board(pod)
    callEach(hooks.filter, this.#candidates, (plugin, error) => {
      this.#candidates.rules.push({ plugin, test: () => failed(plugin, error) })
    })
    callEach(hooks.score, this.#board, (plugin, error) => this.#complain(plugin, error))
  }

  judge(nodes: Iterable<NodeFacts>): Judgement {
    let best: Scored | undefined
    const refusals = new Map<NodeFacts, Refusal>()
    for (const node of nodes) {
      const refusal = this.refusal(node)
      if (refusal) {
        refusals.set(node, refusal)
        continue
      }
      const total = this.score(node)
      if (!best || total > best.total || (total === best.total && node.name < best.node.name)) best = { node, total }
    }
    return { best, refusals, causes: this.#causes(refusals) }
  }

  /** Why the node is out, or undefined. */
  refusal(node: NodeFacts): Refusal | undefined {
    for (const { plugin, test } of this.#candidates.rules) {
      let verdict: Verdict
      try {
        verdict = test(node)
      } catch (error) {
        this.#complain(plugin, error)
        verdict = failed(plugin, error)
      }
      if (verdict !== true) return { plugin, reason: typeof verdict === 'string' ? verdict : `refused by ${plugin}` }
    }
    return undefined
  }

  score(node: NodeFacts): number {
    let total = 0
    for (const { plugin, score, weight } of this.#board.preferences) {
      try {
        const points = score(node)
        if (Number.isFinite(points)) total += weight * points
      } catch (error) {
        this.#complain(plugin, error)
      }
    }
    return total
  }

  #causes(refusals: ReadonlyMap<NodeFacts, Refusal>): ReadonlySet<Cause> {
    const plugins = new Set([...refusals.values()].map(({ plugin }) => plugin))
    return new Set<Cause>(['nodes:put', ...[...plugins].flatMap((plugin) => this.#candidates.causesOf(plugin))])
  }

  #complain(plugin: string, error: unknown): void {
    this.#log.error('a plugin failed while scheduling', { plugin, error: String(error) })
  }
}

const failed = (plugin: string, error: unknown): string =>
  `plugin ${plugin} failed: ${error instanceof Error ? error.message : String(error)}`

/** Calls each tap with its plugin's name on the subject, so that what it describes carries it; a tap that throws stops no other. */
function callEach<T extends { plugin: string }>(
  hook: { readonly taps: readonly { readonly name: string; readonly fn: unknown }[] },
  subject: T,
  onFailure: (plugin: string, error: unknown) => void,
): void {
  for (const { name, fn } of hook.taps) {
    subject.plugin = name
    try {
      ;(fn as (subject: T) => void)(subject)
    } catch (error) {
      onFailure(name, error)
    }
  }
}

/** A node with what its pods hold, at the moment it is asked. */
export const withUsage = (node: Node, usage: Usage): NodeFacts => ({
  ...node,
  get allocated() {
    return usage.of(node.id)
  },
})

/** The node with some of its pods gone. */
export function without(node: NodeFacts, victims: readonly Pod[]): NodeFacts {
  const allocated: { -readonly [field in keyof Capacity]: number } = { ...node.allocated }
  for (const victim of victims) {
    if (victim.nodeId !== node.id || isEnded(victim)) continue
    allocated.cpu -= victim.resources.requests.cpu ?? 0
    allocated.memory -= victim.resources.requests.memory ?? 0
    allocated.storage -= victim.resources.requests.storage ?? 0
    allocated.pods -= 1
  }
  return { ...node, allocated }
}
