/** Which lines of a log are shown, and how they are written down. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ALL, logCommand, marked, parted, shownLines, written } from '../../console/web/pods/log-model.ts'
import type { LogLine } from '../../console/web/pods/log-stream.ts'

const line = (seq: number, fields: Partial<LogLine> = {}): LogLine => ({
  seq,
  at: '2026-01-02T03:04:05.678Z',
  level: 'info',
  text: `line ${seq}`,
  incarnation: 3,
  ...fields,
})
const lines = [
  line(1, { incarnation: 1, level: 'error' }),
  line(2, { incarnation: 2, level: 'debug' }),
  line(3, { text: 'Connected {"port":8600}' }),
  line(4, { level: 'warn' }),
]
const seqs = (view: Partial<Parameters<typeof shownLines>[1]>): number[] => shownLines(lines, { ...ALL, ...view }, 3).map(({ seq }) => seq)

describe('the lines that are shown', () => {
  test('are all of them, or those of a level and worse', () => {
    expect(seqs({})).toEqual([1, 2, 3, 4])
    expect(seqs({ level: 'warn' })).toEqual([1, 4])
  })

  test('are those of this run, or of the one before it', () => {
    expect(seqs({ run: 'current' })).toEqual([3, 4])
    expect(seqs({ run: 'previous' })).toEqual([2])
    expect(shownLines([line(1)], { ...ALL, run: 'previous' }, 3)).toEqual([])
  })

  test('are those since a moment, and the last of those that are wanted', () => {
    const early = '2026-01-02T03:04:05.677Z'
    expect(seqs({ since: early, tail: 2 })).toEqual([3, 4])
    expect(seqs({ level: 'warn', tail: 1 })).toEqual([4])
    expect(seqs({ since: '2026-01-02T03:04:05.679Z' })).toEqual([])
  })

  test('have what is looked for in their text; capitals count where there are some', () => {
    expect(seqs({ text: 'connected' })).toEqual([3])
    expect(seqs({ text: 'CONNECTED' })).toEqual([])
    expect(seqs({ text: '8600' })).toEqual([3])
  })
})

test('what is marked is all that was looked for, and nothing is lost', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'A') })
  fc.assert(
    fc.property(text, text, (whole, wanted) => {
      const parts = marked(whole, wanted)
      expect(parts.map((part) => part.text).join('')).toBe(whole)
      for (const { text: part, isFound } of parts) expect(isFound ? part.toLowerCase() : wanted.toLowerCase()).toBe(wanted.toLowerCase())
    }),
  )
})

describe('the fields of a line', () => {
  test('are shown once, in words, whatever order the store gives them in', () => {
    const text = 'tired {"after":3,"who":"web","at":{"x":1}}'
    expect(parted(line(1, { text, fields: { at: { x: 1 }, who: 'web', after: 3 } }))).toEqual({
      text: 'tired',
      fields: [
        ['at', '{"x":1}'],
        ['who', 'web'],
        ['after', '3'],
      ],
    })
    expect(parted(line(1, { text: '{"a":null}', fields: { a: null } }))).toEqual({ text: '', fields: [['a', 'null']] })
  })

  test('take nothing from a text that was cut, or that only looks alike', () => {
    expect(parted(line(1, { text: 'tired {"after', fields: { after: 3 } }))).toEqual({ text: 'tired {"after', fields: [['after', '3']] })
    expect(parted(line(1, { text: 'tired {"after":3}' }))).toEqual({ text: 'tired {"after":3}', fields: [] })
  })

  test('are what JSON has of them, and the text before them is whole', () => {
    const fields = fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean()))
    fc.assert(
      fc.property(fc.string(), fields, (text, given) => {
        const sent = JSON.parse(JSON.stringify(given)) as Record<string, unknown>
        const found = parted(line(1, { text: `${text} ${JSON.stringify(given)}`, fields: sent }))
        expect(found.text).toBe(text.trimEnd())
        expect(found.fields.map(([name]) => name)).toEqual(Object.keys(sent))
      }),
    )
  })
})

test('is written down with times and levels, and has a command that shows the same', () => {
  expect(written(lines.slice(2, 3))).toBe('2026-01-02T03:04:05.678Z info Connected {"port":8600}\n')
  expect(logCommand('web', ALL)).toBe('npx stark logs web -f')
  const since = '2026-01-02T03:04:05.000Z'
  expect(logCommand('web', { ...ALL, since, tail: 20 })).toBe(`npx stark logs web -f --since ${since} --tail 20`)
  expect(logCommand('web', { ...ALL, level: 'warn', text: 'a b', run: 'previous' })).toBe(
    "npx stark logs web --previous --level warn --grep 'a b'",
  )
})
