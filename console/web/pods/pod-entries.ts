/** The history of a pod, asked for anew whenever the pod has changed: each of its changes is an entry. */
import type { PodHistory } from '../../../kernel/schema/cluster.ts'
import { Answer, type State } from '../answer.ts'
import type { Cluster } from '../cluster.ts'

const ENTRIES_MAX = 500
type Entries = { readonly items: readonly PodHistory[] }

export class PodEntries {
  #answer: Answer<Entries> | undefined
  #askedAt: number | undefined

  /** Followed by the element that reads it, as the pod's version is. */
  of(podId: string, cluster: Cluster): State<Entries> {
    const version = cluster.pods.get(podId)?.resourceVersion
    if (!this.#answer) this.#answer = new Answer(() => cluster.ask('pods.history', { id: podId, limit: ENTRIES_MAX }))
    else if (this.#askedAt !== version) void this.#answer.again()
    this.#askedAt = version
    return this.#answer.state
  }
}
