/**
 * Candidates and boards as a plugin from outside gets them: each function that it hands in is watched, and what that function
 * answers must make sense. What is not named here is handed on, with its functions watched, so that the plugin has all there is.
 */
import type { CandidateSet, NodeFacts, Nomination, Normalise, ScoreBoard, Verdict } from '../../kernel/index.ts'
import { Nonsense, type Referee } from './referee.ts'

const SENTENCE_LENGTH_MAX = 200
const WEIGHT_MAX = 100
const POINTS_MAX = 100

type Wrap = (...values: readonly unknown[]) => unknown[]
type Run = (...values: never[]) => unknown

export const guardedCandidates = (candidates: CandidateSet, referee: Referee): CandidateSet =>
  handingOn(candidates, referee, {
    where: (test, options) => [
      referee.watchedPerNode('filter', mustBeFunction<(node: NodeFacts) => Verdict>('where', test), mustBeVerdict),
      withWatched(options, ['when'], referee),
    ],
    tally: (contribution) => [counting(mustBeFunction('tally', contribution), referee)],
  })

export const guardedBoard = (board: ScoreBoard, referee: Referee): ScoreBoard =>
  handingOn(board, referee, {
    add: (score, options) => {
      const { weight, normalise } = (options ?? {}) as { readonly weight?: unknown; readonly normalise?: Normalise }
      if (weight !== undefined && !isWithin(weight, WEIGHT_MAX)) throw new Nonsense(`has weight ${show(weight)}: it is 0 to ${WEIGHT_MAX}`)
      const check = normalise ? mustBeFinite : mustBePoints
      return [
        referee.watchedPerNode('score', mustBeFunction<(node: NodeFacts) => number>('add', score), check),
        {
          ...withWatched(options, ['when'], referee),
          ...(normalise ? { normalise: referee.watched('normalise', normalise, mustBeAllPoints) } : {}),
        },
      ]
    },
    tally: (contribution) => [counting(mustBeFunction('tally', contribution), referee)],
  })

/** The object itself, but that the arguments of its functions are wrapped; nothing of it can be written to. */
function handingOn<T extends object>(subject: T, referee: Referee, wraps: Readonly<Record<string, Wrap>>): T {
  return new Proxy(subject, {
    get(target, field) {
      const value: unknown = Reflect.get(target, field, target)
      if (typeof value !== 'function') return value
      const wrap: Wrap =
        (Object.hasOwn(wraps, field) && wraps[field as string]) || ((...values) => values.map((each) => watched(each, referee)))
      return (...values: readonly unknown[]): unknown => {
        const wrapped = wrap(...values)
        return referee.elsewhere(() => (value as Run).apply(target, wrapped as never[]))
      }
    },
    set: (_target, field) => {
      throw new Nonsense(`wrote to "${String(field)}" of what it was only to read`)
    },
  })
}

const watched = (value: unknown, referee: Referee): unknown =>
  typeof value === 'function' ? referee.watched('callback', value as Run) : value

function withWatched(options: unknown, fields: readonly string[], referee: Referee): object {
  const given = (options ?? {}) as Readonly<Record<string, unknown>>
  const functions = fields.filter((field) => field in given).map((field) => [field, watched(given[field], referee)] as const)
  return { ...given, ...Object.fromEntries(functions) }
}

type Contribution = (...values: never[]) => Iterable<readonly [topologyKey: string, weight: number]>

/** It is called while the books are kept, where nothing may fail. */
function counting(contribution: Contribution, referee: Referee): Contribution {
  const materialised: Contribution = (...values) => [...contribution(...values)]
  return referee.contained('tally', materialised, { instead: [], check: mustBeCounts })
}

function mustBeFunction<F extends Run>(method: string, value: unknown): F {
  if (typeof value !== 'function') throw new Nonsense(`gave ${method} ${show(value)}: it takes a function`)
  return value as F
}

function mustBeVerdict(verdict: unknown, { name }: NodeFacts): void {
  if (typeof verdict === 'boolean') return
  if (typeof verdict !== 'string') throw new Nonsense(`said ${show(verdict)} of ${name}: it says true, false or a sentence`)
  // eslint-disable-next-line no-control-regex -- what a terminal or the store would not take as text
  if (verdict.trim() === '' || verdict.length > SENTENCE_LENGTH_MAX || /[\u0000-\u001F\u007F]/.test(verdict))
    throw new Nonsense(`refused ${name} in ${verdict.length} characters: a sentence is one line of 1 to ${SENTENCE_LENGTH_MAX}`)
}

function mustBePoints(score: unknown, { name }: NodeFacts): void {
  if (!isWithin(score, POINTS_MAX)) throw new Nonsense(`said ${show(score)} of ${name}: a score is 0 to ${POINTS_MAX}`)
}

function mustBeFinite(score: unknown, { name }: NodeFacts): void {
  if (!Number.isFinite(score)) throw new Nonsense(`said ${show(score)} of ${name}: a score is a number`)
}

function mustBeAllPoints(points: unknown, scores: readonly number[]): void {
  if (!Array.isArray(points) || points.length !== scores.length || !points.every((each) => isWithin(each, POINTS_MAX)))
    throw new Nonsense(`gave ${show(points)} for ${scores.length} scores: it gives as many numbers, 0 to ${POINTS_MAX}`)
}

function mustBeCounts(counts: unknown): void {
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
