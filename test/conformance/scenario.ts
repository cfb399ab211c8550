/** A scenario of the conformance suite, as FORMAT.md has it, and the cluster that it gives. */
import type { Kernel, LimitRange, Namespace, Node, Pod, PriorityClass, Transaction } from '../../kernel/index.ts'
import { aNamespace, aNode, aPod } from '../support/builders.ts'

export interface GivenPod {
  readonly name: string
  readonly namespace?: string
  readonly nodeName?: string
  readonly labels?: Pod['labels']
  readonly priority?: number
  readonly priorityClassName?: string
  readonly preemptionPolicy?: Pod['preemptionPolicy']
  readonly createdAt?: string
  readonly resources?: Pod['resources']
  readonly scheduling?: Pod['scheduling']
  readonly tolerations?: Pod['tolerations']
  readonly terminating?: boolean
  readonly phase?: 'Succeeded' | 'Failed'
}

export type GivenNode = Pick<Node, 'name'> & Partial<Pick<Node, 'runtimeType' | 'labels' | 'taints' | 'unschedulable' | 'allocatable'>>
export type GivenClass = Pick<PriorityClass, 'name' | 'value'> & Partial<Pick<PriorityClass, 'globalDefault' | 'preemptionPolicy'>>

export interface Scenario {
  readonly id: string
  readonly rule: string
  readonly given: {
    readonly nodes?: readonly GivenNode[]
    readonly pods?: readonly GivenPod[]
    readonly namespaces?: readonly {
      readonly name: string
      readonly labels?: Namespace['labels']
      readonly resourceQuota?: Namespace['resourceQuota']
      readonly limitRange?: LimitRange
    }[]
    readonly priorityClasses?: readonly GivenClass[]
    readonly cluster?: { readonly schedulingPolicy?: string }
  }
  readonly when: When
  readonly then: Readonly<Record<string, unknown>>
}

export interface When {
  readonly op: 'filter' | 'schedule' | 'score' | 'preempt' | 'admit' | 'evict' | 'select'
  readonly plugin?: string
  readonly pod?: GivenPod
  readonly oldPod?: GivenPod
  readonly priorityClass?: GivenClass
  readonly candidates?: readonly string[]
  readonly strategy?: 'LeastAllocated' | 'MostAllocated' | 'BalancedAllocation'
  readonly weights?: Readonly<Record<string, number>>
  readonly args?: { readonly hardPodAffinityWeight?: number }
  readonly timeline?: readonly {
    readonly atSeconds: number
    readonly nodes?: readonly GivenNode[]
    readonly pods?: readonly GivenPod[]
  }[]
  readonly selector?: unknown
  readonly labels?: Readonly<Record<string, string>>
}

/** Stores the nodes, namespaces, classes and pods of a scenario as they are given, past admission. */
export async function store(kernel: Kernel, { given }: Scenario): Promise<void> {
  await kernel.commit({ actorId: 'conformance' }, (transaction) => {
    const { nodes = [], namespaces = [], priorityClasses = [], pods = [] } = given
    for (const node of nodes) transaction.create('nodes', aNode(node))
    for (const { name, labels = {}, resourceQuota = null, limitRange = null } of namespaces) {
      transaction.create('namespaces', aNamespace({ name, labels, resourceQuota, limitRange }))
    }
    for (const each of priorityClasses) transaction.create('priorityClasses', classOf(each))
    for (const pod of pods) storePod(transaction, pod)
  })
}

export const classOf = (
  given: GivenClass,
): Pick<PriorityClass, 'name' | 'value' | 'globalDefault' | 'preemptionPolicy' | 'description'> => ({
  description: '',
  globalDefault: false,
  preemptionPolicy: 'PreemptLowerPriority',
  ...given,
})

export function storePod(transaction: Transaction, given: GivenPod): void {
  const node = given.nodeName === undefined ? undefined : transaction.state.find('nodes', 'name', given.nodeName)
  transaction.create('pods', podOf(given, node?.id ?? null))
}

const PHASES = { Succeeded: 'succeeded', Failed: 'failed' } as const

/** @param nodeId where it is bound */
export function podOf(given: GivenPod, nodeId: string | null = null): Pod {
  const {
    name,
    namespace = 'default',
    labels = {},
    priority = 0,
    priorityClassName,
    preemptionPolicy = 'PreemptLowerPriority',
    createdAt,
  } = given
  const { resources = { requests: {}, limits: {} }, scheduling = {}, tolerations = [], terminating = false, phase } = given
  return aPod({
    name,
    namespace,
    labels,
    priority,
    priorityClassName: priorityClassName ?? null,
    preemptionPolicy,
    resources,
    scheduling,
    tolerations,
    nodeId,
    status: phase ? PHASES[phase] : nodeId === null ? 'pending' : 'running',
    ...(createdAt === undefined ? {} : { createdAt }),
    deletedAt: terminating ? '2026-01-01T00:00:00.000Z' : null,
  })
}
