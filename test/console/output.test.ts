/** What people and programs are shown: tables, names, JSON, and text that does not obey control characters. */
import fc from 'fast-check'
import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { render } from '../../console/cli/render.ts'
import { ago, bytes, tableOf } from '../../console/cli/table.ts'
import { printable, Terminal } from '../../console/cli/terminal.ts'
import { aPod } from '../support/builders.ts'

describe('a table', () => {
  test('begins each column at the same place in every row', () => {
    const row = fc.array(fc.stringMatching(/^[\w./-]{1,12}$/), { minLength: 3, maxLength: 3 })
    fc.assert(
      fc.property(fc.array(row, { maxLength: 8 }), (rows) => {
        const lines = tableOf(['ONE', 'TWO', 'THREE'], rows)
        const starts = lines.map((line) => [...line.matchAll(/\S+/g)].map(({ index }) => index))
        expect(lines).toHaveLength(rows.length + 1)
        expect(new Set(starts.map(String)).size).toBe(1)
      }),
    )
  })

  test('has one line a row, whatever is in the cells', () => {
    const row = fc.array(fc.string({ unit: 'binary' }), { minLength: 2, maxLength: 2 })
    fc.assert(
      fc.property(fc.array(row), (rows) => {
        const text = tableOf(['A', 'B'], rows).join('\n')
        expect(text.split('\n')).toHaveLength(rows.length + 1)
        expect(text).not.toContain('\u001B')
      }),
    )
  })

  test('does not obey what is in its cells', () => {
    expect(tableOf(['A'], [['\u001B[2Jgone']])).toEqual(['A', '\uFFFD[2Jgone'])
  })

  test.each([
    [0, '0s'],
    [59_999, '59s'],
    [60_000, '1m'],
    [3_600_000, '1h'],
    [172_800_000, '2d'],
  ])('tells %i ms ago as %s', (ms, text) => {
    expect(ago(new Date(1_700_000_000_000).toISOString(), 1_700_000_000_000 + ms)).toBe(text)
  })

  test('tells sizes in decimal units, and nothing as a dash', () => {
    expect([999, 1000, 1_500_000].map(bytes)).toEqual(['999 B', '1.0 KB', '1.5 MB'])
    expect(ago(null, 0)).toBe('-')
  })
})

describe('an answer', () => {
  const pod = aPod({ name: 'web', status: 'running', packName: 'hello', packVersion: '1.2.3' })
  const nowMs = Date.parse(pod.createdAt)

  test('that is a list is a table with the columns of its noun', () => {
    const [head, row] = render({ items: [pod], nextCursor: null }, { format: 'table', noun: 'pods', nowMs })
    expect(head).toMatch(/^NAME +NAMESPACE +STATUS/)
    expect(row).toMatch(/^web +default +running .*hello@1\.2\.3/)
  })

  test('that is an empty list says so', () => {
    expect(render({ items: [], nextCursor: null }, { format: 'table', noun: 'pods', nowMs })).toEqual(['no pods'])
    expect(render({ items: [], nextCursor: null }, { format: 'name', noun: 'pods', nowMs })).toEqual([])
  })

  test('as names is one line each, for the next command', () => {
    expect(render({ items: [pod, aPod({ name: 'db' })], nextCursor: null }, { format: 'name', noun: 'pods', nowMs })).toEqual(['web', 'db'])
  })

  test('as JSON is what the server said', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (answer) => {
        expect(JSON.parse(render(answer, { format: 'json', noun: 'pods', nowMs }).join('\n'))).toEqual(JSON.parse(JSON.stringify(answer)))
      }),
    )
  })

  test('of a noun without columns shows its plain fields', () => {
    expect(
      render({ items: [{ name: 'rest', hooks: {}, order: 1 }], nextCursor: null }, { format: 'table', noun: 'plugins', nowMs }),
    ).toEqual(['NAME  ORDER', 'rest  1'])
    expect(render({ status: 'ok', since: null }, { format: 'table', noun: 'system', nowMs })).toEqual(['status  ok', 'since   -'])
  })
})

describe('the terminal', () => {
  function onto(isTTY: boolean, environment = {}) {
    const streams = { stdout: new PassThrough(), stderr: new PassThrough() }
    for (const stream of Object.values(streams)) Object.assign(stream, { isTTY, columns: 20 })
    const terminal = new Terminal({ ...streams, environment })
    return { terminal, written: (name: 'stdout' | 'stderr') => String(streams[name].read() ?? '') }
  }

  test('has colours where somebody looks, and nowhere with NO_COLOR', () => {
    expect(onto(true).terminal.paint('red', 'no')).toBe('\u001B[31mno\u001B[0m')
    expect(onto(false).terminal.paint('red', 'no')).toBe('no')
    expect(onto(true, { NO_COLOR: '1' }).terminal.paint('red', 'no')).toBe('no')
  })

  test('shows a live line where somebody looks, cut to its width, and clears it before the next', () => {
    const { terminal, written } = onto(true)
    terminal.live('x'.repeat(50))
    terminal.note('done')
    expect(written('stderr')).toBe(`\r\u001B[K${'x'.repeat(19)}\r\u001B[Kdone\n`)
    const quiet = onto(false)
    quiet.terminal.live('busy')
    expect(quiet.written('stderr')).toBe('')
  })

  test('does not obey what a pod writes', () => {
    expect(printable('a\u001B[2Jb\tc\u009B')).toBe('a\uFFFD[2Jb\tc\uFFFD')
  })
})
