/**
 * How much of the sources the tests ran: what vitest counted in its own processes, and what servers, command lines and pages ran,
 * which record.mjs and pages.ts kept. A line counts where vitest has it as the beginning of a statement.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { addRan, type Bundle, type Lines, type Script } from './ran.ts'

/** As vitest writes coverage-final.json, by path of the source. */
type Counted = Readonly<
  Record<string, { readonly statementMap: Readonly<Record<string, Span>>; readonly s: Readonly<Record<string, number>> }>
>
interface Span {
  readonly start: { readonly line: number }
}

export interface Coverage {
  readonly lines: number
  readonly ran: number
}

export interface Places {
  readonly root: string
  /** Where record.mjs and pages.ts kept what they saw. */
  readonly kept: string
}

/** @returns by top-level folder, and of all together as '' */
export function coverageOf({ root, kept }: Places): ReadonlyMap<string, Coverage> {
  const counted = JSON.parse(readFileSync(path.join(root, 'coverage/coverage-final.json'), 'utf8')) as Counted
  const elsewhere = linesKept({ root, kept })
  const totals = new Map<string, { lines: number; ran: number }>()
  for (const [file, { statementMap, s }] of Object.entries(counted)) {
    const alsoRan = elsewhere.get(pathToFileURL(file).href)
    const lines = new Map<number, boolean>()
    for (const [id, { start }] of Object.entries(statementMap)) {
      const hasRun = (s[id] ?? 0) > 0 || alsoRan?.has(start.line) === true
      lines.set(start.line, hasRun || lines.get(start.line) === true)
    }
    for (const name of ['', path.relative(root, file).split(path.sep)[0] ?? '']) {
      const total = totals.get(name) ?? { lines: 0, ran: 0 }
      total.lines += lines.size
      for (const hasRun of lines.values()) total.ran += hasRun ? 1 : 0
      totals.set(name, total)
    }
  }
  return totals
}

function linesKept({ root, kept }: Places): Lines {
  const lines: Lines = new Map()
  const bundles = new Map<string, Bundle | undefined>()
  for (const name of readdirSync(kept)) {
    for (const script of JSON.parse(readFileSync(path.join(kept, name), 'utf8')) as readonly Script[]) {
      const file = bundleAt(script.url, path.join(root, 'dist'))
      if (!bundles.has(file)) bundles.set(file, readBundle(file))
      const bundle = bundles.get(file)
      if (bundle) addRan(lines, script, bundle)
    }
  }
  return lines
}

/** A page's scripts are those of dist/web. */
function bundleAt(url: string, dist: string): string {
  const { protocol, pathname } = new URL(url)
  return protocol === 'file:' ? decodeURIComponent(pathname) : path.join(dist, 'web', decodeURIComponent(pathname))
}

function readBundle(file: string): Bundle | undefined {
  if (!existsSync(file) || !existsSync(`${file}.map`)) return undefined
  return { text: readFileSync(file, 'utf8'), map: readFileSync(`${file}.map`, 'utf8'), address: pathToFileURL(file).href }
}
