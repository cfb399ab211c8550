/** An operation's answer as lines for people, as names for the next command, or as JSON or YAML for programs. Pure. */
import { stringify } from 'yaml'
import { columns, type Columns } from './columns.ts'
import { isListed } from './invoke.ts'
import { tableOf } from './table.ts'
import { printable } from './terminal.ts'

export const formats = ['table', 'json', 'yaml', 'name'] as const
export type Format = (typeof formats)[number]

const FIELDS_IN_ROW = 8

export interface RenderOptions {
  readonly format: Format
  /** pods, nodes, ... */
  readonly noun: string
  readonly nowMs: number
}

/** @returns lines, none for an answer without content */
export function render(answer: unknown, { format, noun, nowMs }: RenderOptions): string[] {
  if (format === 'json') return answer === null ? [] : [JSON.stringify(answer, null, 2)]
  if (format === 'yaml') return answer === null ? [] : [stringify(answer).trimEnd()]
  const records = recordsOf(answer)
  if (format === 'name') return records.map((record) => nameOf(record, columns[noun]))
  if (answer === null) return ['done']
  if (isListed(answer) && records.length === 0) return [`no ${noun}`]
  const known = columns[noun]
  if (known && records.every((record) => isWhole(record, known)))
    return tableOf(
      known.head,
      records.map((record) => known.row(record as never, nowMs)),
    )
  return isListed(answer) ? plainTable(records) : records.flatMap(fieldLines)
}

type Fields = Readonly<Record<string, unknown>>

function recordsOf(answer: unknown): Fields[] {
  if (isListed(answer)) return answer.items as Fields[]
  return typeof answer === 'object' && answer !== null ? [answer as Fields] : []
}

/** An object itself, and not some facts about one. */
const isWhole = (record: Fields, { marks = ['id', 'createdAt', 'resourceVersion'] }: Columns): boolean =>
  marks.every((field) => field in record)

function nameOf(record: Fields, known: Columns | undefined): string {
  if (known && isWhole(record, known)) return known.name(record as never)
  return plain(record['name'] ?? record['id'] ?? '')
}

function plainTable(records: readonly Fields[]): string[] {
  const isPlain = (field: string) => records.every((record) => typeof record[field] !== 'object' || record[field] === null)
  const fields = [...new Set(records.flatMap((record) => Object.keys(record)))].filter(isPlain).slice(0, FIELDS_IN_ROW)
  return tableOf(
    fields.map((field) => field.toUpperCase()),
    records.map((record) => fields.map((field) => plain(record[field]))),
  )
}

function fieldLines(record: Fields): string[] {
  const width = Math.max(...Object.keys(record).map((field) => field.length))
  return Object.entries(record).map(([field, value]) => `${field.padEnd(width)}  ${plain(value)}`)
}

function plain(value: unknown): string {
  if (value === null || value === undefined) return '-'
  return printable(typeof value === 'string' ? value : JSON.stringify(value))
}
