/** Columns of text, aligned. Pure. */
import { printable } from './terminal.ts'

const GAP = '  '

/** @returns lines without trailing blanks; the head's columns decide how many there are */
export function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const cells = [head, ...rows.map((row) => row.map((cell) => printable(cell).replaceAll(/\s+/g, ' ')))]
  const widths = head.map((_, column) => Math.max(...cells.map((row) => lengthOf(row[column] ?? ''))))
  return cells.map((row) =>
    widths
      .map((width, column) => pad(row[column] ?? '', width))
      .join(GAP)
      .trimEnd(),
  )
}

const graphemes = new Intl.Segmenter()
/** What people see as characters. */
const lengthOf = (text: string): number => Array.from(graphemes.segment(text)).length
const pad = (text: string, width: number): string => text + ' '.repeat(width - lengthOf(text))

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const

/** How long ago, in its largest unit. */
export function ago(time: unknown, nowMs: number): string {
  const ms = typeof time === 'string' ? nowMs - Date.parse(time) : Number.NaN
  if (Number.isNaN(ms)) return '-'
  const [unit, size] = UNITS.find(([, size]) => ms >= size) ?? ['s', 1000]
  return `${Math.max(0, Math.floor(ms / size))}${unit}`
}

/** Decimal, as everywhere here: 1 MB is 10^6 bytes. */
export function bytes(count: number): string {
  if (count < 1000) return `${count} B`
  return count < 1_000_000 ? `${(count / 1000).toFixed(1)} KB` : `${(count / 1_000_000).toFixed(1)} MB`
}
