/**
 * What an agent has to do: what should run, as its watch says, against what does. Pure, and level-triggered: it looks at what
 * is, so an order that was lost does not exist.
 */
import type { Pod } from '../kernel/schema/pod.ts'

/** What the agent knows of a pod that it took on. */
export interface Taken {
  readonly incarnation: number
  readonly hasEnded: boolean
}

export type Task =
  | { readonly do: 'start'; readonly pod: Pod }
  | { readonly do: 'stop'; readonly pod: Pod }
  /** The control plane has not heard of this agent for a while, and does not know how the pod is. */
  | { readonly do: 'tell'; readonly pod: Pod }
  /** It should be running here, and is not: the agent that ran it is gone. */
  | { readonly do: 'give up'; readonly pod: Pod }
  | { readonly do: 'kill'; readonly podId: string }
  | { readonly do: 'forget'; readonly podId: string }

export function reconcile(wanted: ReadonlyMap<string, Pod>, taken: ReadonlyMap<string, Taken>): Task[] {
  const tasks: Task[] = []
  const forgotten = new Set<string>()
  for (const [podId, { incarnation, hasEnded }] of taken) {
    const pod = wanted.get(podId)
    const isWanted = pod !== undefined && pod.incarnation === incarnation && !isOver(pod)
    // What has ended stays known for as long as it is wanted: the word of its end may still be on its way, and it must not begin again.
    if (isWanted) continue
    tasks.push({ do: hasEnded ? 'forget' : 'kill', podId })
    if (hasEnded) forgotten.add(podId)
  }
  for (const pod of wanted.values()) {
    const known = forgotten.has(pod.id) ? undefined : taken.get(pod.id)
    // It has its place here, and its time has not come.
    if (pod.status === 'pending') continue
    if (isOver(pod) || (known && known.incarnation > pod.incarnation)) continue
    // An older incarnation is killed first; its end brings us back here.
    if (known && known.incarnation < pod.incarnation) continue
    if (known) {
      if (pod.status === 'stopping' && !known.hasEnded) tasks.push({ do: 'stop', pod })
      if (pod.status === 'unknown') tasks.push({ do: 'tell', pod })
    } else tasks.push({ do: pod.status === 'scheduled' ? 'start' : 'give up', pod })
  }
  return tasks
}

const isOver = ({ status }: Pod): boolean => status === 'succeeded' || status === 'failed' || status === 'stopped' || status === 'evicted'
