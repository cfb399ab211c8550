/** An object as YAML, for reading and for `stark apply`: block style, and quotes only where a plain word would be something else. Pure. */

const PLAIN = /^[A-Za-z_/][\w ./@+-]*$/
/** What YAML 1.1 and 1.2 take for something other than text. */
const RESERVED = /^(?:null|true|false|yes|no|on|off|y|n|nan|inf)$/i
const INDENT = '  '

export function toYaml(value: unknown): string {
  return isFilled(value) ? block(value, '') : `${scalar(value)}\n`
}

type Filled = readonly unknown[] | Readonly<Record<string, unknown>>

function isFilled(value: unknown): value is Filled {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0
}

function block(value: Filled, indent: string): string {
  if (Array.isArray(value)) return value.map((each: unknown) => `${indent}- ${item(each, indent + INDENT)}`).join('')
  return Object.entries(value)
    .filter(([, each]) => each !== undefined)
    .map(([name, each]) => `${indent}${word(name)}:${isFilled(each) ? `\n${block(each, indent + INDENT)}` : ` ${text(each, indent)}\n`}`)
    .join('')
}

/** The first line of what is inside stands beside the dash. */
const item = (value: unknown, indent: string): string => (isFilled(value) ? block(value, indent).trimStart() : `${text(value, indent)}\n`)

/** Without tabs and control characters, and neither begun nor ended with a space: such a line is the same line in a block. */
const LINE = /^(?![ ])[ -~\u00a0-\uffff]*(?<! )$/

/** Lines stay lines. */
function text(value: unknown, indent: string): string {
  const isLines =
    typeof value === 'string' && value.includes('\n') && !value.startsWith('\n') && value.split('\n').every((line) => LINE.test(line))
  if (!isLines) return scalar(value)
  const end = value.endsWith('\n') ? (value.endsWith('\n\n') ? '+' : '') : '-'
  const lines = (value.endsWith('\n') ? value.slice(0, -1) : value).split('\n')
  return `|${end}\n${lines.map((line) => (line === '' ? '' : indent + INDENT + line)).join('\n')}`
}

function scalar(value: unknown): string {
  if (typeof value === 'string') return word(value)
  if (Array.isArray(value)) return '[]'
  return typeof value === 'object' && value !== null ? '{}' : String(value)
}

const word = (value: string): string => (PLAIN.test(value) && !RESERVED.test(value) && !value.endsWith(' ') ? value : JSON.stringify(value))
