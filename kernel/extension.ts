/**
 * What one plugin adds to another's operation: parameters that travel in the query, and another answer when they ask for it.
 * The operation stays as it was for everybody else, and is so again when the plugin that extended it goes.
 */
import { Type, type Static, type TObject, type TProperties, type TSchema } from 'typebox'
import type { Answer, Call, Operation } from './operations.ts'

export interface Extension<P extends TProperties = TProperties, O extends TSchema = TSchema> {
  /** All optional. */
  readonly query: P
  readonly output: O
  /** Answers in place of the operation, or undefined to let it answer. @param input the operation's own, without the parameters added here */
  readonly handle: (added: Static<TObject<P>>, input: object, call: Call) => Answer<O> | undefined | Promise<Answer<O> | undefined>
}

export function extended(operation: Operation, { query, output, handle }: Extension): Operation {
  const added = Object.keys(query)
  return {
    ...operation,
    input: Type.Object({ ...operation.input.properties, ...query }, { additionalProperties: false }),
    output: Type.Union([operation.output, output]),
    query: [...(operation.query ?? []), ...added],
    async handle(input, call) {
      const isAdded = ([field]: [string, unknown]) => added.includes(field)
      const fields = Object.entries(input)
      const own = Object.fromEntries(fields.filter((field) => !isAdded(field)))
      return (await handle(Object.fromEntries(fields.filter(isAdded)), own, call)) ?? operation.handle(own, call)
    },
  }
}
