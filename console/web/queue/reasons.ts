/** The pods that wait for a node, grouped by why as it stands now. Pure. */
import type { Pod } from '../../../kernel/schema/pod.ts'

export interface Waiting {
  /** In words, without the numbers that differ from pod to pod. */
  readonly reason: string
  /** The oldest first. */
  readonly pods: readonly Pod[]
}

/** "0/5 nodes fit: 3 lack cpu, 2 have taints" */
const FITS = /^\d+\/\d+ nodes fit: (.*)$/
const COUNT = /^\d+ /

/**
 * Pods are alike when the same kinds of things keep them from the nodes, however many nodes each: a node that comes or goes would
 * else tear groups apart.
 */
export function reasonOf({ statusMessage }: Pick<Pod, 'statusMessage'>): string {
  const [, causes] = FITS.exec(statusMessage) ?? []
  if (causes === undefined) return statusMessage === '' ? 'waits for a node' : statusMessage
  const kinds = causes.split(', ').map((cause) => cause.replace(COUNT, ''))
  return `no node fits: they ${kinds.sort().join(', ')}`
}

/** The largest group first. */
export function waitingBy(pods: Iterable<Pod>): readonly Waiting[] {
  const groups = new Map<string, Pod[]>()
  for (const pod of pods) {
    const reason = reasonOf(pod)
    const members = groups.get(reason)
    if (members) members.push(pod)
    else groups.set(reason, [pod])
  }
  return [...groups]
    .map(([reason, members]) => ({ reason, pods: members.sort(oldestFirst) }))
    .sort((a, b) => b.pods.length - a.pods.length || (a.reason < b.reason ? -1 : 1))
}

const oldestFirst = (a: Pod, b: Pod): number => (a.createdAt + a.id < b.createdAt + b.id ? -1 : 1)
