/** What arrives is applied in its order, with the frames of the screen, and no more in one than there is time for. */
import { describe, expect, test } from 'vitest'
import { Intake } from '../../console/web/intake.ts'

/** Each arrival takes 4 ms of the 10 that there are in a frame. */
function intake({ isHidden = false } = {}) {
  const frames: (() => void)[] = []
  const applied: (string | number)[] = []
  let now = 0
  const subject = new Intake({
    onApplied: () => applied.push('|'),
    now: () => now,
    nextFrame: () => (isHidden ? undefined : (run) => void frames.push(run)),
  })
  return {
    applied,
    frames,
    add(value: number, records = 1) {
      const apply = (): void => {
        now += 4
        applied.push(value)
      }
      subject.add({ records, apply })
    },
    frame: () => frames.shift()?.(),
    hide: () => (isHidden = true),
  }
}

describe('what arrives', () => {
  test('waits for the next frame, in which as much is applied as there is time for, and the rest in the one after', () => {
    const { applied, frames, add, frame } = intake()
    for (const value of [1, 2, 3, 4]) add(value)
    expect([applied, frames.length]).toEqual([[], 1])
    frame()
    expect(applied).toEqual([1, 2, 3, '|'])
    add(5)
    frame()
    expect([applied, frames.length]).toEqual([[1, 2, 3, '|', 4, 5, '|'], 0])
  })

  test('is applied at once where there are no frames, with what waited for one', () => {
    const { applied, add, hide, frame } = intake()
    add(1)
    hide()
    add(2)
    expect(applied).toEqual([1, 2, '|'])
    frame()
    expect(applied).toEqual([1, 2, '|'])
  })

  test('is applied at once when too much waits', () => {
    const { applied, add } = intake()
    add(1, 30_000)
    add(2, 20_001)
    expect(applied).toEqual([1, 2, '|'])
  })
})
