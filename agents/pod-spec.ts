/** What a runtime is told of a pod, from the pod's record and the node that runs it. */
import type { Pod } from '../kernel/schema/pod.ts'
import type { PodSpec } from './runtime.ts'

/** A pod that is to be started here, with what only this start is told. */
export interface AssignedPod extends Pod {
  readonly secretValues: Readonly<Record<string, string>>
}

export const podSpecOf = (pod: AssignedPod, node: { readonly id: string; readonly name: string }): PodSpec => ({
  podId: pod.id,
  incarnation: pod.incarnation,
  name: pod.name,
  namespace: pod.namespace,
  labels: pod.labels,
  nodeName: node.name,
  nodeId: node.id,
  env: pod.env,
  args: pod.args,
  secrets: pod.secretValues,
  attempt: pod.restarts + 1,
  memoryLimitMb: pod.resources.limits.memory,
})
