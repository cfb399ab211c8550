/** Which lines of a log are shown, how they are written down, and the command that shows the same. Pure. */
import { shellWord } from '../format.ts'
import type { LogLine } from './log-stream.ts'

export const LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type Level = (typeof LEVELS)[number]
export const RUNS = ['all', 'current', 'previous'] as const
export type Run = (typeof RUNS)[number]

export interface LogView {
  /** And what is worse. */
  readonly level: Level
  readonly text: string
  readonly run: Run
  /** RFC 3339; '' is from the first line that there is. */
  readonly since: string
  /** Of those that are wanted, the last; 0 is all. */
  readonly tail: number
}

export const ALL: LogView = { level: 'debug', text: '', run: 'all', since: '', tail: 0 }

/** @param incarnation of the run that is the current one */
export function shownLines(lines: readonly LogLine[], view: LogView, incarnation: number): readonly LogLine[] {
  const { level, text, run, since, tail } = view
  const sinceMs = since === '' ? -Infinity : Date.parse(since)
  const previous = Math.max(0, ...lines.map((line) => line.incarnation).filter((each) => each < incarnation))
  const wanted = lines.filter(
    (line) =>
      Date.parse(line.at) >= sinceMs &&
      LEVELS.indexOf(line.level) >= LEVELS.indexOf(level) &&
      (run === 'all' || line.incarnation === (run === 'current' ? incarnation : previous)) &&
      (text === '' || placeOf(line.text, text, 0) !== -1),
  )
  return tail === 0 ? wanted : wanted.slice(-tail)
}

/** As the server has it: capitals count only where there are some in what is looked for. */
const placeOf = (text: string, wanted: string, from: number): number =>
  (wanted === wanted.toLowerCase() ? text.toLowerCase() : text).indexOf(wanted, from)

export interface Parted {
  readonly text: string
  /** Names, and values as people read them. */
  readonly fields: readonly (readonly [string, string])[]
}

/** A line taken apart: its fields once, in words, and not a second time as JSON in the text. */
export function parted({ text, fields }: LogLine): Parted {
  if (fields === undefined) return { text, fields: [] }
  // The store may give the names in another order, which is as long.
  const start = text.length - JSON.stringify(fields).length
  const hasJson = text[start] === '{' && isJson(text.slice(start))
  return {
    text: hasJson ? text.slice(0, start).trimEnd() : text,
    fields: Object.entries(fields).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

export const written = (lines: readonly LogLine[]): string => lines.map((line) => `${line.at} ${line.level} ${line.text}\n`).join('')

/** A text, and which parts of it are what was looked for. */
export function marked(text: string, wanted: string): readonly { readonly text: string; readonly isFound: boolean }[] {
  if (wanted === '') return [{ text, isFound: false }]
  const parts: { readonly text: string; readonly isFound: boolean }[] = []
  let from = 0
  for (let at = placeOf(text, wanted, 0); at !== -1; at = placeOf(text, wanted, from)) {
    if (at > from) parts.push({ text: text.slice(from, at), isFound: false })
    parts.push({ text: text.slice(at, at + wanted.length), isFound: true })
    from = at + wanted.length
  }
  return from < text.length ? [...parts, { text: text.slice(from), isFound: false }] : parts
}

/** @param words how a command names the pod */
export function logCommand(words: string, { level, text, run, since, tail }: LogView): string {
  const flags = [
    run === 'previous' ? '--previous' : '-f',
    level === 'debug' ? '' : `--level ${level}`,
    text === '' ? '' : `--grep ${shellWord(text)}`,
    since === '' ? '' : `--since ${since}`,
    tail === 0 ? '' : `--tail ${tail}`,
  ]
  return ['npx stark logs', words, ...flags].filter(Boolean).join(' ')
}
