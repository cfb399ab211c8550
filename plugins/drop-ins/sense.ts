/** What answers of a plugin from outside make sense, and what is said of those that do not. */
import type { NodeFacts, Nomination } from '../../kernel/index.ts'
import { Nonsense } from './referee.ts'

const SENTENCE_LENGTH_MAX = 200
const WEIGHT_MAX = 100
const POINTS_MAX = 100

/** @returns the value as what it is. */
export function mustBeFunction<F extends (...values: never[]) => unknown>(method: string, value: unknown): F {
  if (typeof value !== 'function') throw new Nonsense(`gave ${method} ${show(value)}: it takes a function`)
  return value as F
}

export function mustBeVerdict(verdict: unknown, node: NodeFacts): void {
  if (typeof verdict === 'boolean') return
  if (typeof verdict !== 'string') throw new Nonsense(`said ${show(verdict)} of ${node.name}: it says true, false or a sentence`)
  mustBeSentence(verdict, node)
}

export function mustBeSentence(verdict: unknown, { name }: NodeFacts): void {
  if (typeof verdict !== 'string') throw new Nonsense(`gave ${show(verdict)} as the reason for ${name}: it is a sentence`)
  // eslint-disable-next-line no-control-regex -- what a terminal or the store would not take as text
  if (verdict.trim() === '' || verdict.length > SENTENCE_LENGTH_MAX || /[\u0000-\u001F\u007F]/.test(verdict))
    throw new Nonsense(`refused ${name} in ${verdict.length} characters: a sentence is one line of 1 to ${SENTENCE_LENGTH_MAX}`)
}

export function mustBePoints(score: unknown, { name }: NodeFacts): void {
  if (!isWithin(score, POINTS_MAX)) throw new Nonsense(`said ${show(score)} of ${name}: a score is 0 to ${POINTS_MAX}`)
}

export function mustBeWeight(weight: unknown): void {
  if (weight !== undefined && !isWithin(weight, WEIGHT_MAX)) throw new Nonsense(`has weight ${show(weight)}: it is 0 to ${WEIGHT_MAX}`)
}

/** @param before the slots that were in question */
export function mustBeSome(left: unknown, slots: Int32Array, before: Int32Array): void {
  if (typeof left !== 'number' || !Number.isInteger(left) || left < 0 || left > before.length)
    throw new Nonsense(`kept ${show(left)} of ${before.length} nodes`)
  let at = 0
  for (let index = 0; index < left; index += 1) {
    at = before.indexOf(slots[index] ?? -1, at) + 1
    if (at === 0) throw new Nonsense(`kept slot ${slots[index]}, which was not in question, or not in order`)
  }
}

export function mustBePointsOf(points: Float64Array, count: number): void {
  const stray = points.subarray(0, count).find((each) => !isWithin(each, POINTS_MAX))
  if (stray !== undefined) throw new Nonsense(`gave ${stray} points: they are 0 to ${POINTS_MAX}`)
}

export function mustBeFinite(score: unknown, { name }: NodeFacts): void {
  if (!Number.isFinite(score)) throw new Nonsense(`said ${show(score)} of ${name}: a score is a number`)
}

export function mustBeAllPoints(points: unknown, scores: readonly number[]): void {
  if (!Array.isArray(points) || points.length !== scores.length || !points.every((each) => isWithin(each, POINTS_MAX)))
    throw new Nonsense(`gave ${show(points)} for ${scores.length} scores: it gives as many numbers, 0 to ${POINTS_MAX}`)
}

export function mustBeCounts(counts: unknown): void {
  const isCount = (each: unknown) => Array.isArray(each) && typeof each[0] === 'string' && Number.isFinite(each[1])
  if (!Array.isArray(counts) || !counts.every(isCount))
    throw new Nonsense(`gave ${show(counts)}: it gives pairs of a label's key and a number`)
}

export function mustBeNomination(answer: Nomination | undefined): void {
  if (answer === undefined) return
  const { nodeId, victims } = (answer ?? {}) as Partial<Nomination>
  if (
    typeof nodeId !== 'string' ||
    !Array.isArray(victims) ||
    !victims.every((pod: { readonly id?: unknown } | null) => typeof pod?.id === 'string')
  )
    throw new Nonsense(`proposed ${show(answer)}: it proposes a nodeId and victims, or nothing`)
}

const isWithin = (value: unknown, most: number): boolean => typeof value === 'number' && value >= 0 && value <= most

/** A value in a sentence. */
function show(value: unknown): string {
  if (value instanceof Promise) return 'a promise'
  if (typeof value === 'function') return 'a function'
  if (typeof value !== 'object' || value === null) return String(value)
  return Array.isArray(value) ? `a list of ${value.length}` : 'an object'
}
