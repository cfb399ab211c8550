/**
 * What is about to be created, tried on a copy of the cluster shortly after each change: where it would go, or what the server has
 * against it. Reactive.
 */
import { shallowRef } from '@vue/reactivity'
import { WireError } from '../../../kernel/wire/client.ts'
import type { Cluster } from '../cluster.ts'
import { labelOf, plainly } from '../forms/schema.ts'
import type { FieldError, Value } from '../forms/value.ts'
import type { Explanation } from '../pods/explanation.ts'
import { triedAs, type Kind } from './draft.ts'

/** After the last key. */
const TRY_AFTER_MS = 300

export type Verdict =
  | { readonly is: 'none' }
  | { readonly is: 'there'; readonly explanation: Explanation }
  | { readonly is: 'refused'; readonly detail: string; readonly errors: readonly FieldError[] }

export class Trial {
  readonly #verdict = shallowRef<Verdict>({ is: 'none' })
  #timer: ReturnType<typeof setTimeout> | undefined
  #tries = 0

  get verdict(): Verdict {
    return this.#verdict.value
  }

  soon(cluster: Cluster, kind: Kind, value: Value): void {
    this.stop()
    this.#timer = setTimeout(() => void this.#try(cluster, kind, value), TRY_AFTER_MS)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  /** Of several answers the one that was asked for last counts. */
  async #try(cluster: Cluster, kind: Kind, value: Value): Promise<void> {
    const number = ++this.#tries
    const tried = triedAs(kind, value)
    const verdict = tried ? await judged(cluster, kind, tried) : ({ is: 'none' } as const)
    if (number === this.#tries) this.#verdict.value = verdict
  }
}

async function judged(cluster: Cluster, kind: Kind, tried: Value): Promise<Verdict> {
  try {
    return { is: 'there', explanation: await cluster.ask<Explanation>('pods.create', { ...tried, dryRun: true }) }
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    return { is: 'refused', detail: inWords(error), errors: placed(kind, error.errors) }
  }
}

function inWords({ message, errors }: WireError): string {
  const isPattern = errors.some((error) => plainly(error.message) !== error.message)
  const where = errors.map(({ path }) => labelOf(path.split('/').at(-1) ?? '')).join(', ')
  return isPattern ? `Not right yet: ${where}` : message
}

/** What was tried of a deployment was its template. */
function placed(kind: Kind, errors: readonly FieldError[]): readonly FieldError[] {
  if (kind === 'pod') return errors
  return errors.map((error) => (/^\/(?:pack|namespace)$/.test(error.path) ? error : { ...error, path: `/template${error.path}` }))
}
