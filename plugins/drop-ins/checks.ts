/**
 * Candidates and boards as a plugin from outside gets them: each function that it hands in is watched, and what that function
 * answers must make sense. What is not named here is handed on, with its functions watched, so that the plugin has all there is.
 */
import type { BulkRule, BulkScore, CandidateSet, Contribution, NodeFacts, ScoreBoard, ScoreOptions, Verdict } from '../../kernel/index.ts'
import { Nonsense, type Referee } from './referee.ts'
import {
  mustBeAllPoints,
  mustBeCounts,
  mustBeFinite,
  mustBeFunction,
  mustBePoints,
  mustBePointsOf,
  mustBeSentence,
  mustBeSome,
  mustBeVerdict,
  mustBeWeight,
} from './sense.ts'

type Run = (...values: never[]) => unknown
type Wrap = (...values: readonly unknown[]) => unknown[]

export const guardedCandidates = (candidates: CandidateSet, referee: Referee): CandidateSet =>
  handingOn(candidates, referee, {
    where: (test, options) => [
      referee.watchedPerNode('filter', mustBeFunction<(node: NodeFacts) => Verdict>('where', test), mustBeVerdict),
      watchedIn(options, referee),
    ],
    prune: (rule) => [keeping(rule as Partial<BulkRule>, referee)],
    tally: (contribution, options) => tallying(contribution, options, referee),
  })

export const guardedBoard = (board: ScoreBoard, referee: Referee): ScoreBoard =>
  handingOn(board, referee, {
    add: (score, options) => {
      const { weight, normalise } = (options ?? {}) as ScoreOptions
      mustBeWeight(weight)
      return [
        referee.watchedPerNode('score', mustBeFunction<(node: NodeFacts) => number>('add', score), normalise ? mustBeFinite : mustBePoints),
        { ...watchedIn(options, referee), ...(normalise ? { normalise: referee.watched('normalise', normalise, mustBeAllPoints) } : {}) },
      ]
    },
    addAll: (score, options) => {
      mustBeWeight((options as ScoreOptions | undefined)?.weight)
      const check = (_nothing: unknown, ...[, count, points]: Parameters<BulkScore>) => mustBePointsOf(points, count)
      return [referee.watched('score', mustBeFunction<BulkScore>('addAll', score), check), options]
    },
    tally: (contribution, options) => tallying(contribution, options, referee),
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

const watchedIn = (options: unknown, referee: Referee): object =>
  Object.fromEntries(Object.entries(options ?? {}).map(([field, value]) => [field, watched(value, referee)]))

function keeping({ keep, reason, sharedAs }: Partial<BulkRule>, referee: Referee): BulkRule {
  const given = mustBeFunction<BulkRule['keep']>('prune', keep)
  return {
    keep: referee.watched('filter', (slots: Int32Array, count: number, nodes) => {
      const before = slots.slice(0, count)
      const left = given(slots, count, nodes)
      mustBeSome(left, slots, before)
      return left
    }),
    reason: referee.watched('filter', mustBeFunction<BulkRule['reason']>('prune', reason), mustBeSentence),
    ...(sharedAs === undefined ? {} : { sharedAs }),
  }
}

/** What counts is called while the books are kept, where nothing may fail. */
function tallying(contribution: unknown, options: unknown, referee: Referee): unknown[] {
  const given = mustBeFunction<Contribution>('tally', contribution)
  const counting: Contribution = (kin) => [...given(kin)]
  const asking = (ask: Run): Run => referee.contained('tally', ask, { instead: false })
  // Tallies that are given the same function share its answers.
  const asked = Object.entries(options ?? {}).map(([field, ask]) => [field, referee.remembered(mustBeFunction('tally', ask), asking)])
  return [referee.contained('tally', counting, { instead: [], check: mustBeCounts }), Object.fromEntries(asked)]
}
