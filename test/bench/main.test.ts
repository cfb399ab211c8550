/** The command that runs a bench: what goes to stdout, what to stderr, and what a wrong call is told. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { main, type Benches } from './main.ts'
import type { BenchOptions } from './support/bench.ts'

const benches: Benches = {
  noisy: {
    measures: 'nothing',
    load: () =>
      Promise.resolve({
        run: ({ rows }: BenchOptions) => {
          process.stdout.write('a library says hello\n')
          return rows?.includes('broken') ? Promise.reject(new Error('broken')) : Promise.resolve({ rows: rows ?? 'all' })
        },
        print: (result: object) => process.stdout.write(`for people: ${JSON.stringify(result)}\n`),
      }),
  },
}

describe('a bench', () => {
  const written = { stdout: '', stderr: '' }
  beforeEach(() => {
    for (const stream of ['stdout', 'stderr'] as const) {
      written[stream] = ''
      vi.spyOn(process[stream], 'write').mockImplementation((text) => {
        written[stream] += String(text)
        return true
      })
    }
  })
  afterEach(() => vi.restoreAllMocks())

  test('writes one JSON object to stdout and nothing else, with --json', async () => {
    expect(await main(['noisy', '--json', '--rows', 'a,b'], benches)).toBe(0)
    expect(written.stdout).toBe('{"rows":["a","b"]}\n')
    expect(written.stderr).toBe('a library says hello\n')
  })

  test('writes its result for people without --json', async () => {
    expect(await main(['noisy'], benches)).toBe(0)
    expect(written.stdout).toBe('for people: {"rows":"all"}\n')
  })

  test('that throws leaves stdout as it was', async () => {
    await expect(main(['noisy', '--json', '--rows', 'broken'], benches)).rejects.toThrow('broken')
    process.stdout.write('after')
    expect(written.stdout).toBe('after')
  })

  test.each([
    ['an unknown name', ['nope'], 'there is no bench nope'],
    ['no name', [], 'which bench?'],
    ['two names', ['noisy', 'nope'], 'one bench at a time'],
    ['an unknown option', ['noisy', '--fast'], '--fast'],
  ])('that is called with %s does not run; the names are listed', async (_, args, sentence) => {
    expect(await main(args, benches)).toBe(2)
    expect(written.stderr).toContain(sentence)
    expect(written.stderr).toMatch(/noisy +nothing/)
    expect(written.stdout).toBe('')
  })

  test('lists the names on --help', async () => {
    expect(await main(['--help'], benches)).toBe(0)
    expect(written.stdout).toMatch(/noisy +nothing/)
  })
})
