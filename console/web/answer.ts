/** What the server answered to a question, as something reactive: waiting, the answer, or why there is none. */
import { shallowRef } from '@vue/reactivity'
import { WireError } from '../../kernel/wire/client.ts'
import { Refusal } from './http.ts'

const RETRY_MS = 1_000
/** Ten minutes. */
const TRIES_MAX = 600

export type State<T> =
  | { readonly is: 'waiting' }
  | { readonly is: 'there'; readonly value: T }
  | { readonly is: 'failed'; readonly detail: string }

export class Answer<T> {
  readonly #state = shallowRef<State<T>>({ is: 'waiting' })
  readonly #ask: () => Promise<T>
  #asked = 0

  constructor(ask: () => Promise<T>) {
    this.#ask = ask
    void this.again()
  }

  get state(): State<T> {
    return this.#state.value
  }

  /** The answer that there is stays until the new one has come; of several the one that was asked for last counts. */
  async again(): Promise<void> {
    const asked = ++this.#asked
    const isCurrent = (): boolean => asked === this.#asked
    const state = await stateOf(this.#ask, isCurrent)
    if (isCurrent()) this.#state.value = state
  }
}

/** A question changes nothing, so it is asked again for as long as nobody is there to answer. @param isWanted whether still */
async function stateOf<T>(ask: () => Promise<T>, isWanted: () => boolean): Promise<State<T>> {
  for (let tries = 1; ; tries += 1) {
    try {
      return { is: 'there', value: await ask() }
    } catch (error) {
      if (!(error instanceof WireError || error instanceof Refusal)) throw error
      const isOffline = error instanceof WireError && error.code === 'OFFLINE'
      if (!isOffline || tries === TRIES_MAX || !isWanted()) return { is: 'failed', detail: error.message }
    }
    await new Promise((resolve) => {
      setTimeout(resolve, RETRY_MS)
    })
  }
}

/** An answer that is asked for anew whenever what it depends on is another; the one before is shown until then. */
export class AnswerTo<T> {
  #answer: Answer<T> | undefined
  #key: unknown

  /** Followed by the effect that reads it. @param ask of the first time: what it asks must not change */
  of(key: unknown, ask: () => Promise<T>): State<T> {
    if (!this.#answer) this.#answer = new Answer(ask)
    else if (this.#key !== key) void this.#answer.again()
    this.#key = key
    return this.#answer.state
  }
}
