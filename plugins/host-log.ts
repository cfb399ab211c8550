/**
 * The log as lines on a stream: JSON for machines, short and coloured for a terminal. Lines are held back until `open`, so that
 * the server's first line on stdout is always the one that says where it listens.
 */
import type { Log, LogFields, LogLevel } from '../kernel/index.ts'

export type LogFormat = 'pretty' | 'json' | 'silent'
const HELD_MAX = 1_000
const COLOURS: Record<LogLevel, number> = { debug: 90, info: 36, warn: 33, error: 31 }

export interface HostLog extends Log {
  /** From here on lines are written, those held back first. */
  open(stream: NodeJS.WritableStream): void
}

export function hostLog(format: LogFormat, options: { readonly hasColour: boolean }): HostLog {
  let held: string[] = []
  let stream: NodeJS.WritableStream | undefined
  const write = (line: string): void => {
    if (stream) stream.write(line)
    else if (held.length < HELD_MAX) held.push(line)
  }
  const at =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}): void => {
      if (format === 'silent' || (format === 'pretty' && level === 'debug')) return
      write(format === 'json' ? json(level, message, fields) : pretty(level, message, fields, options.hasColour))
    }
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    open(to) {
      stream = to
      for (const line of held) to.write(line)
      held = []
    },
  }
}

const json = (level: LogLevel, message: string, fields: LogFields): string =>
  `${JSON.stringify({ at: new Date().toISOString(), level, message, ...fields })}\n`

function pretty(level: LogLevel, message: string, fields: LogFields, hasColour: boolean): string {
  const paint = (code: number, text: string) => (hasColour ? `\u001B[${code}m${text}\u001B[0m` : text)
  const rest = Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [`${paint(90, `${name}=`)}${text(value)}`]))
  return `${paint(90, new Date().toISOString().slice(11, 23))} ${paint(COLOURS[level], level.padEnd(5))} ${message} ${rest.join(' ')}\n`
}

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))
