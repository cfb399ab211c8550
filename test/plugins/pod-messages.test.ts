/** Messages between pods as the control plane passes them on: to whom, and why not. */
import { describe, expect, test } from 'vitest'
import type { LiveSession, Pod } from '../../kernel/index.ts'
import { nodeOf } from '../support/calls.ts'
import { startCluster } from '../support/cluster.ts'

interface Heard {
  readonly podId: string
  readonly from: string
  readonly data: unknown
  readonly requestId?: string
}

/** Two nodes with a running pod each. */
async function withTwoPods() {
  const cluster = await startCluster()
  const heard: Record<string, Heard[]> = {}
  const pods: Pod[] = []
  for (const name of ['one', 'two']) {
    const node = await cluster.join({ name })
    const list: Heard[] = []
    heard[name] = list
    const session: LiveSession = {
      id: name,
      onClose: () => undefined,
      close: () => undefined,
      notify: (_about, data) => void list.push(data as Heard),
    }
    const { id, runtimeType, capabilities, allocatable } = node
    await cluster.call('nodes.register', { id, name, runtimeType, capabilities, allocatable, isNew: false }, { who: nodeOf(id), session })
    const pod = await cluster.run({ nodeName: name, name: `pod-${name}` })
    await cluster.report(pod, { status: 'running' })
    pods.push(pod)
  }
  const [one, two] = pods as [Pod, Pod]
  const says = <T>(verb: string, pod: Pod, input: object) =>
    cluster.call<T>(`messages.${verb}`, { id: pod.id, ...input }, { who: nodeOf(pod.nodeId ?? '') })
  return { ...cluster, one, two, heard, says }
}

describe('a message', () => {
  test.each(['id', 'name'] as const)('reaches a pod of the same namespace by its %s', async (field) => {
    const { one, two, heard, says } = await withTwoPods()
    expect(await says('send', one, { to: two[field], data: { a: 1 } })).toEqual({ value: null, refusal: null })
    expect(heard).toEqual({ one: [], two: [{ podId: two.id, from: one.id, data: { a: 1 } }] })
  })

  test('is refused for a pod that there is not, and for one of another namespace, in the same words', async () => {
    const { one, says, call, settle, heard } = await withTwoPods()
    await call('namespaces.create', { name: 'other' })
    const stranger = await call<Pod>('pods.create', { pack: 'web', namespace: 'other', nodeName: 'two' })
    await settle()
    for (const to of [stranger.id, stranger.name, 'nobody']) {
      expect(await says('send', one, { to, data: 1 })).toMatchObject({
        refusal: { code: 'NOT_FOUND', message: `there is no pod "${to}" in default` },
      })
    }
    expect(heard['two']).toEqual([])
  })

  test('is refused for a pod that does not run', async () => {
    const { one, two, says, report } = await withTwoPods()
    await report(two, { status: 'succeeded' })
    const refusal = { code: 'UNREACHABLE', message: 'pod-two is succeeded' }
    expect(await says('send', one, { to: two.id, data: 1 })).toMatchObject({ refusal })
  })

  test('cannot be said for a pod of another node', async () => {
    const { one, two, call } = await withTwoPods()
    const forged = call('messages.send', { id: one.id, to: two.id, data: 1 }, { who: nodeOf(two.nodeId ?? '') })
    await expect(forged).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe('a request', () => {
  test('is answered by the node of the pod that it went to, and by nobody else', async () => {
    const { one, two, heard, says, call, settle } = await withTwoPods()
    const answer = says('request', one, { to: two.id, data: 1 })
    await settle()
    const [asked] = heard['two'] ?? []
    const settled: unknown[] = []
    void answer.then((outcome) => settled.push(outcome))
    const say = (by: Pod, value: unknown) =>
      call('messages.answer', { id: asked?.requestId, value, refusal: null }, { who: nodeOf(by.nodeId ?? '') })
    await say(one, 'forged')
    await settle()
    expect(settled).toEqual([])
    await say(two, 'real')
    expect(await answer).toEqual({ value: 'real', refusal: null })
    await say(two, 'again')
  })

  test('that is not answered within ten seconds is given up', async () => {
    const { one, two, says, pass } = await withTwoPods()
    const answer = says('request', one, { to: two.id, data: 1 })
    await pass(10_000)
    expect(await answer).toMatchObject({ refusal: { code: 'TIMEOUT', message: 'pod-two did not answer within 10000 ms' } })
  })
})
