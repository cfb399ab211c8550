/**
 * A pod that does not exist yet: admitted on a fork as pods.create would, and explained there. A quota that is full is not the
 * end of the answer: the pod is explained as if there were room, and the change that makes room is tried like any other.
 */
import { KernelError, type Call, type Fork, type New, type PluginKernel, type Pod } from '../../kernel/index.ts'
import { apply } from './changes.ts'
import type { Change } from './explanation.ts'

/** Raised one resource at a time: pods, cpu, memory, storage. */
const RESOURCES_MAX = 4

export interface Admitted {
  readonly pod: Pod
  /** Present when the quota refuses: in which words, and what it must be raised to; undefined where no number would do. */
  readonly quota?: { readonly refusal: string; readonly change: Change }
}

/** @throws KernelError what pods.create would refuse with, but for QUOTA_EXCEEDED */
export function admit({ need }: PluginKernel, fork: Fork, { input, call }: { readonly input: object; readonly call: Call }): Admitted {
  const draft = need('podDrafts').of(input, { state: fork.state, who: call.who, suffix: 'dry-run' })
  let refusal: KernelError | undefined
  let change: Change | undefined
  for (let raised = 0; ; raised += 1) {
    try {
      const pod = fork.commit(call.origin, (transaction) => transaction.add('pods', draft))
      return refusal && change ? { pod, quota: { refusal: refusal.message, change } } : { pod }
    } catch (error) {
      const more = raised < RESOURCES_MAX ? roomFor(error, draft, change) : undefined
      if (!more) throw refusal ?? error
      refusal ??= error as KernelError
      change = more
      apply(fork, change)
    }
  }
}

/** What the quota would have to be, after what it was raised to already. */
function roomFor(error: unknown, { namespace }: New<Pod>, before: Change | undefined): Change | undefined {
  if (!(error instanceof KernelError) || error.code !== 'QUOTA_EXCEEDED') return undefined
  const { resource, used, requested } = error.details ?? {}
  if (typeof resource !== 'string' || typeof used !== 'number' || typeof requested !== 'number') return undefined
  const { hard } = (before?.patch['resourceQuota'] ?? { hard: {} }) as { readonly hard: Readonly<Record<string, number>> }
  const raised = { ...hard, [resource]: used + requested }
  const text = `raise quota ${Object.entries(raised)
    .map(([name, amount]) => `${name} to ${amount}`)
    .join(' and ')}`
  return { kind: 'namespace', text, patch: { name: namespace, resourceQuota: { hard: raised } } }
}
