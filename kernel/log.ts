/** The log as the kernel gets it. Fields become fields of a JSON line; secrets never go in. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'
export type LogFields = Readonly<Record<string, unknown>>
export type Log = Record<LogLevel, (message: string, fields?: LogFields) => void>

export const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }
