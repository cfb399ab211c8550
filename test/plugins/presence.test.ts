/** How a node leaves for a while: sleep, a goodbye that comes late, and a rest that it asks for itself. */
import { describe, expect, test } from 'vitest'
import { nodeOf } from '../support/calls.ts'
import { startCluster } from '../support/cluster.ts'
import { taintEviction } from '../../plugins/taint-eviction.ts'
import { cordon } from '../../plugins/cordon.ts'
import { taints } from '../../plugins/taints.ts'

async function withRunningPod() {
  const cluster = await startCluster({ plugins: [taints(), taintEviction(), cordon()] })
  await cluster.pass(60_000)
  const node = await cluster.join()
  const placed = await cluster.run()
  await cluster.report(placed, { status: 'running' })
  const says = <T>(verb: string, input: object = {}) =>
    cluster.call<T>(`nodes.${verb}`, { id: node.id, ...input }, { who: nodeOf(node.id) })
  const seen = () => cluster.kernel.state.get('nodes', node.id)
  /** The agent comes back: another one, or the same after its connection was away. */
  const register = async (isNew: boolean) => {
    const { id, name, runtimeType, capabilities, allocatable } = node
    await says('register', { id, name, runtimeType, capabilities, allocatable, isNew })
  }
  return { ...cluster, node, placed, says, seen, register }
}

describe('a node that says that it sleeps', () => {
  test('is silent at once, and its pods are unknown', async () => {
    const { says, seen, pass, pod, placed } = await withRunningPod()
    await says('suspend')
    await pass(1_000)
    expect([seen()?.status, pod(placed.id)?.status]).toEqual(['unhealthy', 'unknown'])
  })

  test('is not woken by a heartbeat that was still on its way', async () => {
    const { says, seen, pass } = await withRunningPod()
    await says('suspend')
    await says('heartbeat')
    await pass(2_000)
    expect(seen()?.status).toBe('unhealthy')
  })

  test('is there again when it registers, and its pods with it', async () => {
    const { says, seen, pass, pod, placed, register, report } = await withRunningPod()
    await says('suspend')
    await pass(5_000)
    await register(false)
    await report(placed, { status: 'running' })
    await pass(1_000)
    expect([seen()?.status, seen()?.taints, pod(placed.id)?.status]).toEqual(['online', [], 'running'])
  })
})

describe('what an agent says that another has followed', () => {
  test.each(['goodbye', 'suspend'])('%s, does not concern the node any more', async (verb) => {
    const { says, seen, pass, pod, placed, register, node } = await withRunningPod()
    await register(true)
    await says(verb, { incarnation: node.incarnation })
    await pass(12_000)
    expect([seen()?.status, pod(placed.id)?.status]).toEqual(['online', 'running'])
  })

  test('but what it says itself does', async () => {
    const { says, seen, pass, pod, placed, register } = await withRunningPod()
    await register(true)
    await says('goodbye', { incarnation: seen()?.incarnation })
    await pass(12_000)
    expect(pod(placed.id)).toMatchObject({ status: 'evicted', reason: 'NodeLost' })
  })
})

describe('a node that asks for a rest', () => {
  test('gets no new pods, and its own are asked to leave', async () => {
    const { says, run, settle, pod, placed, pass } = await withRunningPod()
    await says('pause')
    await pass(0)
    await settle()
    expect(pod(placed.id)).toMatchObject({ status: 'stopping', reason: 'Tainted' })
    expect((await run()).status).toBe('pending')
  })

  test('takes pods again when it has rested', async () => {
    const { says, run, seen } = await withRunningPod()
    await says('pause')
    await says('pause')
    await says('resume')
    expect(seen()?.taints).toEqual([])
    expect((await run()).status).toBe('scheduled')
  })

  test('and resumes does not undo what an operator did', async () => {
    const { says, call, node, run } = await withRunningPod()
    await call('nodes.cordon', { id: node.id })
    await says('pause')
    await says('resume')
    expect((await run()).status).toBe('pending')
  })

  test('cannot ask it for another', async () => {
    const { call, node } = await withRunningPod()
    const another = nodeOf('b0000000-0000-4000-8000-00000000ffff')
    await expect(call('nodes.pause', { id: node.id }, { who: another })).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })
})
