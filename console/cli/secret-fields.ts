/**
 * Fields that are written and never shown: a password, a secret's value. In a flag other users could see them in the list of processes,
 * and the shell would remember them; so they are asked for, or come on stdin.
 */
import type { Command } from 'commander'
import type { Values } from './invoke.ts'
import { ask, readAllPiped } from './prompt.ts'
import type { Field } from './registry.ts'

export const isSecretField = ({ schema }: Field): boolean => schema.writeOnly === true

/** Adds the flag, where there is something to read. */
export function addSecretFlag(command: Command, fields: readonly Field[]): void {
  if (fields.length === 0) return
  const names = fields.map(wordsOf).join(' and ')
  command.option('--stdin', `read ${names} from stdin${fields.length > 1 ? ', one a line' : ''}; asked for unless given`)
}

/** @throws Failure when nobody is there to answer */
export async function secretsOf(fields: readonly Field[], { isPiped }: { readonly isPiped: boolean }): Promise<Values> {
  const [first] = fields
  if (!first) return {}
  if (isPiped) {
    const text = await readAllPiped(fields.map(wordsOf).join(' and '))
    const lines = fields.length === 1 ? [text] : text.split(/\r?\n/)
    return Object.fromEntries(fields.map(({ name }, index) => [name, lines[index] ?? '']))
  }
  const answers: [string, string][] = []
  for (const field of fields)
    answers.push([field.name, await ask(capital(wordsOf(field)), { isSecret: true, otherwise: 'give --stdin and pipe it in' })])
  return Object.fromEntries(answers)
}

/** currentPassword as people say it. */
const wordsOf = ({ name }: Field): string => name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
const capital = (text: string): string => text.replace(/^./, (first) => first.toUpperCase())
