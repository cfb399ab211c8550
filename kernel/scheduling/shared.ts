/** What is the same for all classes of pods whose plugins say so: asked once, for all of them. */
import type { Books } from './books.ts'
import { Bounds } from './bounds.ts'
import { FixedRules } from './fixed-rules.ts'
import { FixedScores } from './fixed-scores.ts'
import { groupNodes, type Groups } from './groups.ts'
import { askScore, firstRefusal, type Asking, type Plan } from './plan.ts'
import type { Preference } from './score-board.ts'

/** So many of each are kept. */
const SHARED_MAX = 256

export class Shared {
  readonly #books: Books
  readonly #rules = new Map<string, FixedRules>()
  readonly #scores = new Map<string, FixedScores>()
  readonly #groups = new Map<string, Groups>()
  readonly #bounds = new Map<string, Bounds>()
  #groupsOf = -1

  constructor(books: Books) {
    this.#books = books
  }

  clear(): void {
    this.#rules.clear()
    this.#scores.clear()
    this.#groups.clear()
    this.#bounds.clear()
  }

  /** How good each node could be at most, by what the bounds are shared as. */
  bounds(key: string): Bounds {
    return kept(this.#bounds, key, () => new Bounds(this.#books.nodes))
  }

  /** The nodes by the values that they have now of some labels. */
  groups(over: readonly string[]): Groups {
    const { nodes } = this.#books
    if (this.#groupsOf !== nodes.version) this.#groups.clear()
    this.#groupsOf = nodes.version
    return kept(this.#groups, over.join('\n'), () => groupNodes(nodes, { over }))
  }

  /** What the fixed rules of a plan say. */
  rules({ fixed }: Plan, asking: Asking): FixedRules {
    const isShared = fixed.every(({ sharedAs }) => sharedAs !== undefined)
    const key = isShared ? JSON.stringify(fixed.map(({ plugin, sharedAs }) => [plugin, sharedAs])) : undefined
    return kept(this.#rules, key, () => new FixedRules(this.#books.nodes, (node) => firstRefusal(fixed, node, asking)))
  }

  /** What a preference says that looks at the node's record alone. */
  scores(preference: Preference, { complain }: Asking): FixedScores {
    const { plugin, sharedAs } = preference
    const key = sharedAs === undefined ? undefined : JSON.stringify([plugin, sharedAs])
    return kept(this.#scores, key, () => new FixedScores(this.#books.nodes, (node) => askScore(preference, node, complain)))
  }
}

function kept<T>(known: Map<string, T>, key: string | undefined, make: () => T): T {
  const found = key === undefined ? undefined : known.get(key)
  if (found) return found
  const made = make()
  if (known.size >= SHARED_MAX) known.clear()
  if (key !== undefined) known.set(key, made)
  return made
}
