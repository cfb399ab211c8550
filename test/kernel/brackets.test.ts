/** Tournaments against looking at everybody. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Brackets, Draw } from '../../kernel/scheduling/brackets.ts'

const SLOTS = 40
const OUT = -1
const score = fc.integer({ min: OUT, max: 5 })

/** The lowest slot with the highest score of a group; -1 when nobody plays. */
function bestOf(group: number, groupOf: Int32Array, scores: readonly number[]): number {
  let best = -1
  scores.forEach((each, slot) => {
    if (groupOf[slot] === group && each !== OUT && (best < 0 || each > (scores[best] ?? OUT))) best = slot
  })
  return best
}

test('the winner of every group, of all and of those that are open, is who looking at everybody finds, whatever changes', () => {
  const given = fc.record({
    groupOf: fc.array(fc.integer({ min: -1, max: 6 }), { minLength: SLOTS, maxLength: SLOTS }),
    scores: fc.array(score, { minLength: SLOTS, maxLength: SLOTS }),
    open: fc.array(fc.integer({ min: 0, max: 1 }), { minLength: SLOTS, maxLength: SLOTS }),
    changes: fc.array(fc.record({ slot: fc.nat({ max: SLOTS - 1 }), to: score }), { maxLength: 60 }),
  })
  fc.assert(
    fc.property(given, ({ groupOf, scores, open, changes }) => {
      const groups = Int32Array.from(groupOf)
      const now = [...scores]
      const isBetter = (a: number, b: number) => (now[a] === now[b] ? a < b : (now[a] ?? OUT) > (now[b] ?? OUT))
      const brackets = new Brackets(new Draw({ groups: 7, groupOf: groups }), isBetter)
      brackets.rebuild((slot) => now[slot] !== OUT)
      const agree = () => {
        const ofTheOpen = now.map((each, slot) => (open[slot] === 1 ? each : OUT))
        for (let group = 0; group < 7; group += 1) {
          expect(brackets.best(group)).toBe(bestOf(group, groups, now))
          expect(brackets.bestOf(group, Uint8Array.from(open))).toBe(bestOf(group, groups, ofTheOpen))
        }
      }
      agree()
      for (const { slot, to } of changes) {
        now[slot] = to
        brackets.update(slot, to !== OUT)
        agree()
      }
    }),
  )
})
