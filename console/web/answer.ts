/** What the server answered to a question, as something reactive: waiting, the answer, or why there is none. */
import { shallowRef } from '@vue/reactivity'
import { WireError } from '../../kernel/wire/client.ts'
import { Refusal } from './http.ts'

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
    const state = await stateOf(this.#ask())
    if (asked === this.#asked) this.#state.value = state
  }
}

async function stateOf<T>(answer: Promise<T>): Promise<State<T>> {
  try {
    return { is: 'there', value: await answer }
  } catch (error) {
    if (!(error instanceof WireError || error instanceof Refusal)) throw error
    return { is: 'failed', detail: error.message }
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
