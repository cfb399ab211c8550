/** What is the same for all classes of pods whose plugins say so: asked once, for all of them. */
import type { Books } from './books.ts'
import { Bounds } from './bounds.ts'
import { FixedRules } from './fixed-rules.ts'
import { FixedScores } from './fixed-scores.ts'
import { groupNodes, type Groups } from './groups.ts'
import { askScore, firstRefusal, type Asking, type Plan } from './plan.ts'
import type { Preference } from './score-board.ts'
import { Standing } from './standing.ts'

/** So many of each are kept, and standings only for so many slots in all. */
const SHARED_MAX = 256
const SLOTS_MAX = 10_000_000

export class Shared {
  readonly #books: Books
  readonly #rules = new Map<string, FixedRules>()
  readonly #scores = new Map<string, FixedScores>()
  readonly #groups = new Map<string, Groups>()
  readonly #bounds = new Map<string, Bounds>()
  readonly #standings = new Map<string, Standing>()
  #groupsOf = -1

  constructor(books: Books) {
    this.#books = books
  }

  clear(): void {
    this.#rules.clear()
    this.#scores.clear()
    this.#groups.clear()
    this.#bounds.clear()
    this.#standings.clear()
  }

  /** How good each node could be at most, by what the bounds are shared as. */
  bounds(key: string): Bounds {
    return kept(this.#bounds, { key, make: () => new Bounds(this.#books.nodes) })
  }

  /** The nodes by the values that they have now of some labels. */
  groups(over: readonly string[]): Groups {
    const { nodes } = this.#books
    if (this.#groupsOf !== nodes.version) this.#groups.clear()
    this.#groupsOf = nodes.version
    return kept(this.#groups, { key: over.join('\n'), make: () => groupNodes(nodes, { over }) })
  }

  /** How the nodes stand with all classes whose plans judge each node by itself alike. */
  standing(plan: Plan, { over, fixed, asking }: { over: readonly string[]; fixed: FixedRules; asking: Asking }): Standing {
    const { nodes } = this.#books
    const key = plan.sharedAs === undefined ? undefined : [plan.sharedAs, ...over].join('\n')
    const max = Math.min(SHARED_MAX, Math.ceil(SLOTS_MAX / nodes.columns.capacity))
    const relative = () => plan.relative.map((preference) => ({ preference, scores: this.scores(preference, asking) }))
    const { complain, meter } = asking
    const make = () => new Standing({ nodes, plan, over, fixed, relative: relative(), shared: this, complain, meter })
    return kept(this.#standings, { key, max, make })
  }

  /** What the fixed rules of a plan say. */
  rules({ fixed }: Plan, asking: Asking): FixedRules {
    const isShared = fixed.every(({ sharedAs }) => sharedAs !== undefined)
    const key = isShared ? JSON.stringify(fixed.map(({ plugin, sharedAs }) => [plugin, sharedAs])) : undefined
    return kept(this.#rules, { key, make: () => new FixedRules(this.#books.nodes, (node) => firstRefusal(fixed, node, asking)) })
  }

  /** What a preference says that looks at the node's record alone. */
  scores(preference: Preference, { complain }: Asking): FixedScores {
    const { plugin, sharedAs } = preference
    const key = sharedAs === undefined ? undefined : JSON.stringify([plugin, sharedAs])
    return kept(this.#scores, { key, make: () => new FixedScores(this.#books.nodes, (node) => askScore(preference, node, complain)) })
  }
}

interface Keeping<T> {
  readonly key: string | undefined
  readonly max?: number
  readonly make: () => T
}

function kept<T>(known: Map<string, T>, { key, max = SHARED_MAX, make }: Keeping<T>): T {
  const found = key === undefined ? undefined : known.get(key)
  if (found) return found
  const made = make()
  if (key === undefined) return made
  if (known.size >= max) for (const oldest of known.keys()) if (known.delete(oldest)) break
  known.set(key, made)
  return made
}
