/** The history of a pod, asked for anew whenever the pod has changed: each of its changes is an entry. */
import type { PodHistory } from '../../../kernel/schema/cluster.ts'
import { AnswerTo, type State } from '../answer.ts'
import type { Cluster } from '../cluster.ts'

const ENTRIES_MAX = 500
type Entries = { readonly items: readonly PodHistory[] }

export class PodEntries {
  readonly #answer = new AnswerTo<Entries>()

  /** Followed by the element that reads it, as the pod's version is. */
  of(podId: string, cluster: Cluster): State<Entries> {
    const version = cluster.pods.get(podId)?.resourceVersion
    return this.#answer.of(version, () => cluster.ask('pods.history', { id: podId, limit: ENTRIES_MAX }))
  }
}
