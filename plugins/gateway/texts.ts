/** Events as the text that crosses the socket. A record that many are told of is made into text once for all of them. */
import type { Event } from '../../kernel/wire/frames.ts'

/** Texts of records, by the records themselves: for as long as one commit is told. */
export class Texts {
  readonly #texts = new Map<object, string>()

  /** @returns a list of JSON */
  listOf(records: readonly object[]): string {
    return `[${records.map((record) => this.#textOf(record)).join(',')}]`
  }

  #textOf(record: object): string {
    const known = this.#texts.get(record)
    if (known !== undefined) return known
    const text = JSON.stringify(record)
    this.#texts.set(record, text)
    return text
  }
}

/** @param put a list of JSON */
export function eventText(event: Omit<Event, 'type' | 'put'>, put: string): string {
  return `${JSON.stringify({ type: 'event', ...event }).slice(0, -1)},"put":${put}}`
}
