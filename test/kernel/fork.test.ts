/** Forks: a plugin's rules decide on them as they would in reality, and reality never learns of it. */
import { Type } from 'typebox'
import { describe, expect, test } from 'vitest'
import { clusterConfig, KernelError, type Fork, type Plugin, type Pod } from '../../kernel/index.ts'
import { scheduling } from '../../plugins/preset.ts'
import { aNode, aPack, aPod, ofPack } from '../support/builders.ts'
import { startKernel } from '../support/kernel.ts'

const us = { actorId: 'test' }
const pack = aPack({ name: 'web' })
const asking = (cpu: number, fields: Partial<Pod> = {}) => aPod({ ...ofPack(pack), resources: { requests: { cpu } }, ...fields })
const placeOf = (fork: Fork, { id }: Pod) => fork.state.get('nodes', fork.state.get('pods', id)?.nodeId ?? '')?.name

async function start(plugins: Plugin[] = []) {
  const started = await startKernel([...scheduling(), ...plugins])
  const nodes = ['a', 'b'].map((name) => aNode({ name, allocatable: { cpu: 1000, memory: 1000, pods: 10, storage: 10 } }))
  await started.kernel.commit(us, (transaction) => {
    transaction.create('packs', pack)
    for (const node of nodes) transaction.create('nodes', node)
    // Of equal nodes the first by name is taken: something small on a makes b the emptier one.
    transaction.create('pods', asking(100, { nodeId: nodes[0]?.id ?? '', status: 'running' }))
  })
  await started.settle()
  return { ...started, nodes }
}

describe('a fork', () => {
  test('places pods by the rules as they are in it, and not as they are outside', async () => {
    const { kernel } = await start()
    const [config] = kernel.state.all('clusterConfigs')
    const placed = kernel.fork((fork) => {
      fork.commit(us, (transaction) => transaction.amend('clusterConfigs', config?.id ?? '', { schedulingPolicy: 'binpack' }))
      const pod = fork.commit(us, (transaction) => transaction.add('pods', asking(100)))
      fork.settle()
      return placeOf(fork, pod)
    })
    expect(placed).toBe('a')
    expect(clusterConfig(kernel.state).schedulingPolicy).toBe('spread')
    expect(kernel.fork((fork) => fork.scheduler.judge(asking(100)).best?.name)).toBe('b')
  })

  test('leaves every record outside the same, and tells nobody', async () => {
    let heard = 0
    let applied = 0
    const listener: Plugin = {
      name: 'listener',
      apply({ hooks, operations, onApplied, onDurable, onStart, clock, provide }) {
        applied += 1
        hooks.filter.tap('listener', () => undefined)
        operations.extend('pods.get', { query: {}, output: Type.Object({}), handle: () => undefined })
        onApplied(() => void (heard += 1))
        onDurable(() => void (heard += 1))
        onStart(() => void (heard += 1))
        clock.every(1, () => void (heard += 1))
        provide('storeHealth', { away: () => undefined })
      },
    }
    const { kernel, clock, store, nodes } = await start([listener])
    const records = () => [...kernel.state.kinds.keys()].flatMap((kind) => [...kernel.state.kind(kind).table.raw.values()])
    const facts = () => ({ heard, revision: kernel.committer.revision, stored: store.revision, timers: clock.pending, at: clock.now() })
    const before = { records: records(), facts: facts() }
    kernel.fork((fork) => {
      fork.commit(us, (transaction) => {
        transaction.delete('nodes', nodes[0]?.id ?? '')
        transaction.add('pods', asking(100))
      })
      fork.settle()
    })
    await Promise.resolve()
    expect(applied).toBe(2)
    const after = records()
    expect(after).toHaveLength(before.records.length)
    expect(after.every((record, index) => record === before.records[index])).toBe(true)
    expect(facts()).toEqual(before.facts)
  })

  test('gives places by priority, then age, as the real loop does', async () => {
    const { kernel } = await start()
    const placed = kernel.fork((fork) => {
      const [low, high] = fork.commit(us, (transaction) => {
        transaction.add('priorityClasses', { name: 'high', value: 5, globalDefault: false, preemptionPolicy: 'Never', description: '' })
        const { priority: _, preemptionPolicy: __, ...classless } = asking(950)
        return [
          transaction.add('pods', asking(950)),
          transaction.add('pods', { ...classless, id: asking(0).id, name: 'important', priorityClassName: 'high' } as Pod),
        ]
      })
      fork.settle()
      return [placeOf(fork, low), placeOf(fork, high)]
    })
    expect(placed).toEqual([undefined, 'b'])
  })

  test('refuses what admission refuses, and is as it was before', async () => {
    const { kernel } = await start()
    kernel.fork((fork) => {
      const before = [...fork.state.all('pods')]
      const add = () =>
        fork.commit(us, (transaction) => {
          transaction.add('pods', asking(100))
          transaction.add('pods', asking(100, { namespace: 'nowhere' }))
        })
      expect(add).toThrow(KernelError)
      expect([...fork.state.all('pods')]).toEqual(before)
    })
  })

  test('gives the same ids and times each time, so that the same question has the same answer', async () => {
    const { kernel } = await start()
    const ask = () =>
      kernel.fork((fork) => {
        const { id: _, ...fields } = asking(100, { name: 'same' })
        const { id } = fork.commit(us, (transaction) => transaction.add('pods', fields))
        fork.settle()
        return fork.state.get('pods', id)
      })
    expect(ask()).toEqual(ask())
  })

  test('is over when the function that uses it throws, and its error is passed on', async () => {
    const { kernel } = await start()
    const fail = () =>
      kernel.fork(() => {
        throw new Error('enough')
      })
    expect(fail).toThrow('enough')
  })
})
