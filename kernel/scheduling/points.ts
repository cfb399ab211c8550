/** The points that a preference gives to some nodes, as they are beside one another. */
import type { NodeFacts } from './candidates.ts'
import { askScore, isBulk, type AnyPreference, type Asking } from './plan.ts'
import type { BulkPreference } from './score-board.ts'

/** @returns at the nodes' own places; empty when the preference says nothing now, or throws, or what is no number */
export function pointsOf(preference: AnyPreference, nodes: readonly NodeFacts[], asking: Asking): readonly number[] {
  try {
    if (isBulk(preference)) return checked(inBulk(preference, nodes, asking))
    const { normalise, when, isVolatile } = preference
    if (when && isVolatile && !normalise && !when()) return []
    const scores = nodes.map((node) => askScore(preference, node, asking.complain))
    return normalise ? checked(normalise(scores, nodes)) : scores
  } catch (error) {
    asking.complain(preference.plugin, error)
    return []
  }
}

function inBulk({ scoreAll }: BulkPreference, nodes: readonly NodeFacts[], { columns }: Asking): number[] {
  const points = new Float64Array(nodes.length)
  const slots = Int32Array.from(nodes, ({ slot }) => slot)
  scoreAll(slots, nodes.length, points, columns)
  return [...points]
}

/** @throws Error when a score is not a number */
function checked(points: readonly number[]): readonly number[] {
  if (points.every(Number.isFinite)) return points
  throw new Error('a score is not a number')
}
