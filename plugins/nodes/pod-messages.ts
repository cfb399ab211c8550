/**
 * Messages and requests between pods of one namespace, wherever they run: the agent of one asks here, and the agent of the other is
 * told over its connection. Nothing is kept: a pod that does not run now is not reached, and its sender is told so.
 */
import { Type, type Static } from 'typebox'
import { Id, KernelError, nullable, Ref, strict, type Call, type PluginKernel, type Pod } from '../../kernel/index.ts'
import type { Alive } from './alive.ts'

const REQUEST_MAX_MS = 10_000
/** Of all pods; a node has 256 calls under way at most, so one node cannot have all of them. */
const REQUESTS_MAX = 10_000

const Refusal = strict({
  code: Type.Enum(['NOT_FOUND', 'UNREACHABLE', 'TIMEOUT', 'REQUEST_FAILED', 'LIMIT_EXCEEDED']),
  message: Type.String({ maxLength: 8192 }),
})
type Refusal = Static<typeof Refusal>
const Outcome = strict({ value: Type.Unknown(), refusal: nullable(Refusal) })
type Outcome = Static<typeof Outcome>

const Message = strict({ id: Id, to: Ref, data: Type.Unknown({ description: '64 KB of JSON at most, which the agent sees to' }) })

/** A request that waits for its answer. */
interface Asked {
  /** The node whose pod has to answer. */
  readonly nodeId: string
  readonly settle: (outcome: Outcome) => void
}

export function definePodMessages(kernel: PluginKernel, alive: ReadonlyMap<string, Alive>): void {
  const { operations, newId } = kernel
  const asked = new Map<string, Asked>()
  operations.define({
    name: 'messages.send',
    summary: 'A node passes a message of one of its pods on to another pod of the same namespace',
    http: 'POST /api/pods/:id/messages',
    permission: 'pods:report',
    input: Message,
    output: Outcome,
    takesAnyText: true,
    errors: ['NOT_FOUND'],
    handle({ id, to, data }, call) {
      const target = find(kernel, alive, { from: senderOf(kernel, id, call), to })
      if ('refusal' in target) return { value: null, refusal: target.refusal }
      target.tell({ podId: target.pod.id, from: id, data })
      return { value: null, refusal: null }
    },
  })
  operations.define({
    name: 'messages.request',
    summary: 'The same, and the answer of the other pod comes back',
    http: 'POST /api/pods/:id/requests',
    permission: 'pods:report',
    input: Message,
    output: Outcome,
    takesAnyText: true,
    errors: ['NOT_FOUND'],
    handle({ id, to, data }, call) {
      const target = find(kernel, alive, { from: senderOf(kernel, id, call), to })
      if ('refusal' in target) return { value: null, refusal: target.refusal }
      if (asked.size >= REQUESTS_MAX) return refused('LIMIT_EXCEEDED', `${REQUESTS_MAX} requests between pods are under way: try again`)
      const requestId = newId()
      const answer = waitFor(kernel, asked, { requestId, target })
      target.tell({ podId: target.pod.id, from: id, data, requestId })
      return answer
    },
  })
  operations.define({
    name: 'messages.answer',
    summary: 'A node says what one of its pods answers to a request',
    http: 'POST /api/requests/:id/answer',
    permission: 'pods:report',
    status: 204,
    input: strict({ id: Id, value: Type.Unknown(), refusal: nullable(Refusal) }),
    output: Type.Null(),
    takesAnyText: true,
    handle({ id, value, refusal }, { who }) {
      // One that comes too late, or from somebody who was not asked, answers nothing.
      const waiting = asked.get(id)
      if (waiting?.nodeId === who.id) waiting.settle({ value, refusal })
      return null
    },
  })
}

/** @throws KernelError NOT_FOUND when no such pod is on the node that calls */
function senderOf({ state }: PluginKernel, id: string, { who }: Call): Pod {
  const pod = state.get('pods', id)
  if (pod && pod.nodeId === who.id && who.kind === 'node') return pod
  throw new KernelError('NOT_FOUND', `no pod ${id} is on this node`)
}

interface Target {
  readonly pod: Pod
  readonly nodeId: string
  readonly tell: (message: object) => void
}

function find(
  { state }: PluginKernel,
  alive: ReadonlyMap<string, Alive>,
  { from, to }: { from: Pod; to: string },
): Target | { readonly refusal: Refusal } {
  const { namespace } = from
  const pod = state.get('pods', to) ?? state.find('pods', 'name', `${namespace}/${to}`)
  // A pod of another namespace is none of its business, not even that it exists.
  if (!pod || pod.namespace !== namespace) return { refusal: { code: 'NOT_FOUND', message: `there is no pod "${to}" in ${namespace}` } }
  const { nodeId, status } = pod
  const session = nodeId === null ? undefined : alive.get(nodeId)?.session
  if (nodeId === null || status !== 'running') return { refusal: { code: 'UNREACHABLE', message: `${pod.name} is ${status}` } }
  if (!session) return { refusal: { code: 'UNREACHABLE', message: `the node of ${pod.name} is out of touch` } }
  return { pod, nodeId, tell: (message) => session.notify('message', message) }
}

function waitFor({ clock }: PluginKernel, asked: Map<string, Asked>, { requestId, target }: { requestId: string; target: Target }) {
  return new Promise<Outcome>((resolve) => {
    const settle = (outcome: Outcome): void => {
      asked.delete(requestId)
      cancel()
      resolve(outcome)
    }
    const cancel = clock.after(REQUEST_MAX_MS, () =>
      settle(refused('TIMEOUT', `${target.pod.name} did not answer within ${REQUEST_MAX_MS} ms`)),
    )
    asked.set(requestId, { nodeId: target.nodeId, settle })
  })
}

const refused = (code: Refusal['code'], message: string): Outcome => ({ value: null, refusal: { code, message } })
