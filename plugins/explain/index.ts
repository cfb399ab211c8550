/**
 * Explaining: why a pod is where it is or nowhere, where one that does not exist yet would go, which single change would place
 * one that fits nowhere, and what would be if. It only asks, on forks of the cluster, and only when it is asked.
 * An answer is made of the newest state, also of what is not durable yet: it forecasts, and acknowledges nothing.
 * Adds pods.explain and cluster.whatif, and the parameter dryRun to pods.create.
 */
import { Type } from 'typebox'
import { lookUp, Pod, Ref, strict, type Call, type Plugin, type PluginKernel } from '../../kernel/index.ts'
import { isPlacedByWaiting, tried, worthTrying, type Subject } from './changes.ts'
import { admit } from './dry-run.ts'
import { explain, Explanation, type Explained } from './explanation.ts'
import { ORIGIN, takeOut } from './hypothesis.ts'
import type { Alternatives } from './proposals.ts'
import { whatIf } from './what-if.ts'

export const explaining = (): Plugin => ({
  name: 'explain',
  after: ['pods', 'nodes', 'cluster'],
  apply(kernel) {
    kernel.operations.define({
      name: 'pods.explain',
      summary: 'Why a pod is where it is, or nowhere, and what would place it; a placed one as if it were not there yet',
      http: 'GET /api/pods/:id/explain',
      permission: 'cluster:read',
      input: strict({ id: Ref, namespace: Type.Optional(Pod.properties.namespace) }),
      output: Explanation,
      errors: ['NOT_FOUND'],
      handle: ({ id, namespace = 'default' }, call) =>
        explainPod(kernel, lookUp(kernel.state, 'pods', { ref: id, rule: 'name', key: `${namespace}/${id}` }), call),
    })
    // Before pods.create is extended: what it makes is a pod, and no dry run.
    whatIf(kernel)
    kernel.operations.extend('pods.create', {
      query: { dryRun: Type.Optional(Type.Boolean({ description: 'create nothing: answer where the pod would go, and why' })) },
      output: Explanation,
      handle: ({ dryRun = false }, input, call) => (dryRun ? explainDraft(kernel, input, call) : undefined),
    })
  },
})

async function explainPod(kernel: PluginKernel, pod: Pod, { who }: Call): Promise<Explanation> {
  const subject = { pod, origin: ORIGIN }
  const { explained, proposed } = kernel.fork((fork) => {
    takeOut(fork, pod)
    const all = fork.scheduler.explain(pod)
    const found = explain(fork, pod, all)
    return { explained: found, proposed: found.chosen === null ? worthTrying(fork, { pod, all, state: fork.state, who }) : [] }
  })
  const nodeName = pod.nodeId === null ? undefined : kernel.state.get('nodes', pod.nodeId)?.name
  const summary = nodeName === undefined ? explained.summary : `is on ${nodeName}; if it were not, it ${afresh(explained.summary)}`
  return withChanges(kernel, subject, { explained: { ...explained, summary }, proposed })
}

/** The sentence goes on from "it"; one that counts nodes does not. */
const afresh = (summary: string): string => (summary.startsWith('would') ? summary : `would fit nowhere: ${summary}`)

async function explainDraft(kernel: PluginKernel, input: object, call: Call): Promise<Explanation> {
  call.status = 200
  const { pod, explained, proposed } = kernel.fork((fork) => {
    const admitted = admit(kernel, fork, { input, call })
    const all = fork.scheduler.explain(admitted.pod)
    const found = explain(fork, admitted.pod, all)
    const { quota } = admitted
    if (quota) return { pod: admitted.pod, explained: refusedBy(quota.refusal, found), proposed: [[quota.change]] }
    const question = { pod: admitted.pod, all, state: fork.state, who: call.who }
    return { pod: admitted.pod, explained: found, proposed: found.chosen === null ? worthTrying(fork, question) : [] }
  })
  return withChanges(kernel, { pod, origin: call.origin }, { explained, proposed })
}

/** The nodes stand as they would if the quota had room. */
const refusedBy = (refusal: string, explained: Explained): Explained => ({
  ...explained,
  summary: `is refused: ${refusal}; with more of it, the pod ${afresh(explained.summary)}`,
  chosen: null,
  runnerUp: null,
  victims: [],
})

interface Asked {
  readonly explained: Explained
  readonly proposed: readonly Alternatives[]
}

async function withChanges(kernel: PluginKernel, subject: Subject, { explained, proposed }: Asked): Promise<Explanation> {
  if (proposed.length === 0) return { ...explained, changes: [] }
  if (isPlacedByWaiting(kernel, subject)) {
    return { ...explained, summary: `${explained.summary}; it has a place as soon as those who are leaving have left`, changes: [] }
  }
  return { ...explained, changes: await tried(kernel, subject, proposed) }
}
