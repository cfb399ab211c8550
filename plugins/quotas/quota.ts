/**
 * Resource quotas: how many pods a namespace may hold, and how much they may request together.
 * Taps admit, so that judging and creating are one step and simultaneous creations cannot overshoot. Pods that have ended are not
 * charged, pending ones are; an update is charged the difference; a tracked amount must be requested, and 0 counts as requested.
 * Source: https://kubernetes.io/docs/concepts/policy/resource-quotas/
 */
import { isEnded, KernelError, type Namespace, type Plugin, type Pod, type State } from '../../kernel/index.ts'

const AMOUNTS = ['cpu', 'memory', 'storage'] as const
type Hard = NonNullable<Namespace['resourceQuota']>['hard']
type Charge = Required<Hard>

export const quota = (): Plugin => ({
  name: 'quota',
  after: ['namespaces', 'priority', 'limitRange', 'resources'],
  apply({ hooks }) {
    hooks.admit.tap('quota', (record, { kind, before, state }) => {
      if (kind === 'pods') judge(record as Pod, before as Pod | undefined, state)
    })
  },
})

function judge(pod: Pod, before: Pod | undefined, state: State): void {
  const hard = state.find('namespaces', 'name', pod.namespace)?.resourceQuota?.hard
  if (!hard) return
  const charge = chargeOf(pod)
  const paid = before ? chargeOf(before) : NOTHING
  mustRequest(pod, hard)
  const used = usageOf(pod.namespace, state)
  for (const [name, limit] of Object.entries(hard) as [keyof Charge, number][]) {
    const added = charge[name] - paid[name]
    // A namespace that is over its quota already does not mind a pod that adds nothing to it.
    if (added <= 0 || used[name] + added <= limit) continue
    throw new KernelError(
      'QUOTA_EXCEEDED',
      `namespace ${pod.namespace} has ${used[name]} of ${limit} ${name}, and this pod adds ${added}`,
      {
        details: { resource: name, used: used[name], hard: limit, requested: added },
      },
    )
  }
}

function mustRequest(pod: Pod, hard: Hard): void {
  const missing = AMOUNTS.filter(
    (amount) => amount !== 'storage' && hard[amount] !== undefined && pod.resources.requests[amount] === undefined,
  )
  if (missing.length === 0) return
  throw new KernelError('QUOTA_EXCEEDED', `namespace ${pod.namespace} has a quota of ${missing.join(' and ')}: the pod must request it`, {
    details: { missing },
  })
}

/** What the pods of a namespace are charged together. */
function usageOf(namespace: string, state: State): Charge {
  const { count: pods, amounts } = state.total('pods', 'requests', namespace)
  const { cpu = 0, memory = 0, storage = 0 } = amounts
  return { pods, cpu, memory, storage }
}

function chargeOf(pod: Pod): Charge {
  if (isEnded(pod)) return NOTHING
  const { cpu = 0, memory = 0, storage = 0 } = pod.resources.requests
  return { pods: 1, cpu, memory, storage }
}

const NOTHING: Charge = Object.freeze({ pods: 0, cpu: 0, memory: 0, storage: 0 })
