/** Between the pure parsers of flags and commander: what a flag expects is told as commander tells it, and is a usage error. */
import { InvalidArgumentError } from 'commander'
import { FlagError } from './flags.ts'

export function typed<T>(parse: (text: string, before: unknown) => T): (text: string, before: unknown) => T {
  return (text, before) => {
    try {
      return parse(text, before)
    } catch (error) {
      throw error instanceof FlagError ? new InvalidArgumentError(error.message) : error
    }
  }
}

/** For a flag that may be repeated. */
export const collect = (text: string, before: unknown): string[] => [...((before as string[] | undefined) ?? []), text]
