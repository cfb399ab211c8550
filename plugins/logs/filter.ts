/** Which lines of a log somebody wants to see. Plain comparisons only: what callers send is never run as a pattern. */
import { Type, type Static } from 'typebox'
import { strict, Time } from '../../kernel/index.ts'
import type { LogLine } from '../services.ts'
import { LINES_MAX } from './ring.ts'

export const LEVELS = ['debug', 'info', 'warn', 'error'] as const

export const Filter = strict({
  level: Type.Optional(Type.Enum([...LEVELS], { description: 'lines of this level and of those above it' })),
  since: Type.Optional(Time),
  grep: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 256,
      description: 'lines with this in their text or fields; capital letters count only where there are some in it',
    }),
  ),
  previous: Type.Optional(Type.Boolean({ description: 'of the run before this one, such as the one that crashed' })),
  tail: Type.Optional(Type.Integer({ minimum: 0, maximum: LINES_MAX, description: 'only the last lines, of those that are wanted' })),
})
export type Filter = Static<typeof Filter>

/** @param incarnation the only one whose lines are wanted; undefined for all */
export function matcherOf({ level, since, grep }: Filter, incarnation: number | undefined): (line: LogLine) => boolean {
  const least = level === undefined ? 0 : LEVELS.indexOf(level)
  const sinceMs = since === undefined ? -Infinity : Date.parse(since)
  const hasCapitals = grep !== undefined && grep !== grep.toLowerCase()
  const isFound = (text: string) => (hasCapitals ? text : text.toLowerCase()).includes(grep ?? '')
  return (line) =>
    LEVELS.indexOf(line.level) >= least &&
    (incarnation === undefined || line.incarnation === incarnation) &&
    Date.parse(line.at) >= sinceMs &&
    (grep === undefined || isFound(line.text) || (line.fields !== undefined && isFound(JSON.stringify(line.fields))))
}
