/**
 * Commands that nobody wrote: an operation that the server offers becomes a command, the fields of its input its arguments and
 * flags, its summary the help. What an operation says once is said nowhere else.
 */
import { Option, type Command } from 'commander'
import { Failure } from './failure.ts'
import { FlagError, flagsOf, type Flag } from './flags.ts'
import { invoke, requestFor, type Values } from './invoke.ts'
import { linesOf } from './log-stream.ts'
import type { Field, Operation } from './registry.ts'
import { render } from './render.ts'
import { addSecretFlag, isSecretField, secretsOf } from './secret-fields.ts'
import { formatOf, optionsOf, type Shell } from './shell.ts'
import { typed } from './typed.ts'

/** These mean the same for every command; a field of such a name is given with --input. */
export const TAKEN = ['--server', '--output', '--insecure', '--help', '--input', '--stdin']

/** Machines' own: agents call them, and nobody types them. */
const MACHINES: readonly (string | null)[] = ['nodes:register', 'nodes:report', 'pods:report']

/** What people call: not an agent's word, no file and no stream, and nothing that logs in, which has commands of its own. */
export function isForPeople({ permission, isRaw, fields }: Operation): boolean {
  const logsIn = permission === null && fields.some(({ in: place }) => place === 'body')
  return !isRaw && !logsIn && !MACHINES.includes(permission)
}

export const singular = (noun: string): string => noun.replace(/sses$/, 'ss').replace(/s$/, '')

/**
 * Gives a command the arguments, flags and work of an operation.
 * @param follow the operation that goes on with what is new, for --follow: the flags mean the same to it
 */
export function attach(command: Command, operation: Operation, shell: Shell, follow?: Operation): Command {
  const inPath = operation.fields.filter(({ in: place }) => place === 'path')
  const secrets = operation.fields.filter(isSecretField)
  const flags = flagsOf(
    operation.fields.filter((field) => field.in !== 'path' && !isSecretField(field)),
    TAKEN,
  )
  if (command.description() === '') command.description(operation.summary)
  for (const field of inPath) command.argument(`<${argumentName(field, operation)}>`, field.schema.description ?? '')
  addFlags(command, flags)
  addSecretFlag(command, secrets)
  command.option('--input <json>', 'all fields at once, as JSON; flags win')
  if (follow) command.option('-f, --follow', 'show what is new as it happens, until Ctrl-C; with --since also what happened after that')
  return command.action(async () => {
    const options = optionsOf<Record<string, unknown>>(command)
    const input = inputOf(options['input'])
    const values: Values = {
      ...input,
      ...valuesOf(command, flags),
      ...Object.fromEntries(inPath.map(({ name }, index) => [name, command.args[index]])),
    }
    mustHave(flags, values)
    if (follow && options['follow'] === true) return stream(shell, command, follow, values)
    const asked = secrets.filter(({ name }) => input[name] === undefined)
    await answer(shell, command, operation, { ...values, ...(await secretsOf(asked, { isPiped: options['stdin'] === true })) })
  })
}

/** Calls an operation and shows what it answers. */
export async function answer(shell: Shell, command: Command, operation: Operation, values: Values): Promise<void> {
  const options = optionsOf(command)
  const output = await invoke(await shell.connect(options), operation, values)
  const secret = formatOf(options) === 'table' ? secretOf(operation, output) : undefined
  if (secret !== undefined) {
    shell.terminal.line(secret)
    return shell.terminal.note('keep it: it is shown this once')
  }
  for (const line of render(output, { format: formatOf(options), noun: operation.noun, nowMs: Date.now() })) shell.terminal.line(line)
}

/** Shows each object as it comes, under one head. */
async function stream(shell: Shell, command: Command, operation: Operation, values: Values): Promise<void> {
  const options = optionsOf(command)
  const api = await shell.connect(options)
  const left = new AbortController()
  process.once('SIGINT', () => left.abort())
  const format = formatOf(options)
  let hasHead = false
  try {
    const { body } = await api.open({ ...requestFor(operation, values), stream: left.signal })
    if (!body) return
    for await (const line of linesOf(body.pipeThrough(new TextDecoderStream()))) {
      const record: unknown = JSON.parse(line)
      const shown = format === 'json' ? [line] : render(record, { format, noun: operation.noun, nowMs: Date.now() })
      for (const each of format === 'table' && hasHead ? shown.slice(1) : shown) shell.terminal.line(each)
      hasHead = true
    }
  } catch (error) {
    if (!left.signal.aborted) throw error
  }
}

/** A token that was just made stands alone, so that a script can take it as it is. */
function secretOf({ id }: Operation, output: unknown): string | undefined {
  if (id !== 'tokens.create' || typeof output !== 'object' || output === null || !('token' in output)) return undefined
  return typeof output.token === 'string' ? output.token : undefined
}

export function addFlags(command: Command, flags: readonly Flag[]): void {
  for (const { long, placeholder, description, choices, isRequired, parse } of flags) {
    const text = isRequired ? `${description} (required)`.trim() : description
    const option = new Option(placeholder === undefined ? long : `${long} <${placeholder}>`, text)
    if (placeholder !== undefined) option.argParser(typed((typedText, before) => parse(mustBeOneOf(choices, typedText), before)))
    if (choices) option.description = `${text} (${choices.join(', ')})`.trim()
    command.addOption(option)
    // A flag that takes nothing says true; its opposite says false.
    if (placeholder === undefined)
      command.addOption(new Option(`--no-${long.slice(2)}`, `the opposite of ${long}`).default(undefined).hideHelp())
  }
}

function mustBeOneOf(choices: readonly string[] | undefined, text: string): string {
  if (!choices || choices.includes(text)) return text
  throw new FlagError(`it is one of ${choices.join(', ')}`)
}

/** What was typed, by the operation's own names of its fields. */
export function valuesOf(command: Command, flags: readonly Flag[]): Values {
  const options = optionsOf<Record<string, unknown>>(command)
  const given = flags.map(({ field, long }): [string, unknown] => [field, options[attributeOf(command, long)]])
  return Object.fromEntries(given.filter(([, value]) => value !== undefined))
}

/** By which name commander keeps the flag. */
function attributeOf(command: Command, long: string): string {
  const option = command.options.find((each) => each.long === long)
  if (!option) throw new Error(`${command.name()} has no ${long}`)
  return option.attributeName()
}

function argumentName({ name }: Field, { noun }: Operation): string {
  return name === 'id' || name === 'name' ? singular(noun) : name
}

function inputOf(text: unknown): Values {
  if (typeof text !== 'string') return {}
  try {
    const values: unknown = JSON.parse(text)
    if (typeof values === 'object' && values !== null && !Array.isArray(values)) return values as Values
  } catch (error) {
    throw new Failure('usage', `--input is not JSON: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
  throw new Failure('usage', `--input is a JSON object, such as '{"name":"value"}'`)
}

function mustHave(flags: readonly Flag[], values: Values): void {
  const missing = flags.filter(({ isRequired, field }) => isRequired && values[field] === undefined).map(({ long }) => long)
  if (missing.length > 0) throw new Failure('usage', `${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} required`)
}
