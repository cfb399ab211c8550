/** What counts as a line that ran, in a process of its own. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { transformSync } from 'esbuild'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../temporary-folder.ts'
import { coverageOf } from './coverage.ts'

const SOURCE = `export function used(n: number): string {
  if (n > 1) {
    return 'more'
  }
  return 'one'
}
export function unused(): string {
  return 'never'
}
console.log(used(1))
`
/** The lines where statements begin. */
const STATEMENTS = [2, 3, 5, 8, 10]

test.each([
  ['as it is', false],
  ['minified', true],
])('a process tells which lines of a bundle %s it ran, and what the tests ran themselves is added', (_how, minify) => {
  const root = temporaryFolder('coverage')
  const [kept, dist] = [path.join(root, 'kept'), path.join(root, 'dist')]
  for (const folder of [kept, dist, path.join(root, 'kernel'), path.join(root, 'coverage')]) mkdirSync(folder)
  const { code, map } = transformSync(SOURCE, { loader: 'ts', minify, sourcemap: 'external', sourcefile: '../kernel/a.ts' })
  writeFileSync(path.join(dist, 'a.mjs'), code)
  writeFileSync(path.join(dist, 'a.mjs.map'), map)
  const statementMap = Object.fromEntries(STATEMENTS.map((line) => [line, { start: { line } }]))
  const counted = {
    [path.join(root, 'kernel/a.ts')]: { statementMap, s: {} },
    [path.join(root, 'plugins/b.ts')]: { statementMap: { 0: { start: { line: 1 } }, 1: { start: { line: 2 } } }, s: { 0: 7, 1: 0 } },
  }
  writeFileSync(path.join(root, 'coverage/coverage-final.json'), JSON.stringify(counted))

  expect(coverageOf({ root, kept }).get('kernel')).toEqual({ lines: 5, ran: 0 })
  const record = fileURLToPath(new URL('record.mjs', import.meta.url))
  execFileSync(process.execPath, ['--import', record, path.join(dist, 'a.mjs')], { env: { ...process.env, COVERAGE_FOLDER: kept } })
  expect(Object.fromEntries(coverageOf({ root, kept }))).toEqual({
    '': { lines: 7, ran: 4 },
    kernel: { lines: 5, ran: 3 },
    plugins: { lines: 2, ran: 1 },
  })
})
