/** Output commit: what callers are shown, what is undone, and that the two agree whatever the store does. */
import { effect } from '@vue/reactivity'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ChangeSet, Pod, Transaction } from '../../kernel/index.ts'
import { aPod } from '../support/builders.ts'
import { nouns, startKernel } from '../support/kernel.ts'

const who = { actorId: 'test' }

async function held() {
  const made = await startKernel([nouns()])
  made.store.isHeld = true
  return made
}

describe('a commit', () => {
  test('is seen at once by whoever decides, and by callers only when it is durable', async () => {
    const { kernel, store } = await held()
    const pod = aPod()
    const committed = kernel.commit(who, (transaction) => transaction.add('pods', pod))
    expect(kernel.state.get('pods', pod.id)?.name).toBe(pod.name)
    expect(kernel.committer.durable.get('pods', pod.id)).toBeUndefined()
    store.release()
    await committed
    expect(kernel.committer.durable.get('pods', pod.id)?.name).toBe(pod.name)
  })

  test('tells watchers only once it is durable, in order, with one revision each', async () => {
    const { kernel, store } = await held()
    const told: number[] = []
    kernel.committer.onDurable(({ revision }) => told.push(revision))
    const commits = [1, 2, 3].map(() => kernel.commit(who, (transaction) => transaction.add('pods', aPod())))
    expect(told).toEqual([])
    store.release(2)
    await commits[1]
    expect(told).toEqual([1, 2])
    store.release()
    await Promise.all(commits)
    expect(told).toEqual([1, 2, 3])
  })

  test('that the store refuses is undone with all later ones, and each caller is told', async () => {
    const { kernel, store } = await held()
    const pod = aPod({ labels: { v: '0' } })
    const first = kernel.commit(who, (transaction) => transaction.add('pods', pod))
    store.release()
    await first
    const relabel = (v: string) => kernel.commit(who, (transaction) => transaction.update('pods', pod.id, { labels: { v } }))
    const outcomes = Promise.allSettled([
      relabel('1'),
      relabel('2'),
      kernel.commit(who, (transaction) => transaction.delete('pods', pod.id)),
    ])
    expect(kernel.state.get('pods', pod.id)).toBeUndefined()
    store.fail(new Error('the disk is full'))
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect(kernel.state.get('pods', pod.id)?.labels).toEqual({ v: '0' })
    expect(kernel.committer.revision).toBe(1)
  })

  test('in which anything throws leaves nothing behind', async () => {
    const { kernel } = await startKernel([nouns()])
    const attempt = kernel.commit(who, (transaction) => {
      transaction.add('pods', aPod())
      throw new Error('changed my mind')
    })
    await expect(attempt).rejects.toThrow('changed my mind')
    expect([...kernel.state.all('pods')]).toEqual([])
    expect(kernel.committer.revision).toBe(0)
  })

  test('refuses a second record with a unique key, by name', async () => {
    const { kernel } = await startKernel([nouns()])
    const add = () => kernel.commit(who, (transaction) => transaction.add('pods', aPod({ name: 'web', namespace: 'shop' })))
    await add()
    await expect(add()).rejects.toMatchObject({ code: 'ALREADY_EXISTS', message: 'pods already has one with name shop/web' })
  })

  test.each([
    ['a field that its kind does not have', { colour: 'red' }],
    ['a value of the wrong type', { restarts: 'often' }],
    ['a field that every object has from birth', Object.fromEntries([['toString', 'red']])],
  ])('refuses a record with %s, whoever makes it', async (_what, fields) => {
    const { kernel } = await startKernel([nouns()])
    const create = (transaction: Transaction) => transaction.create('pods', { ...aPod(), ...fields })
    await expect(kernel.commit(who, create)).rejects.toThrow('a record of pods is not of its schema')
    expect([...kernel.state.all('pods')]).toEqual([])
    const pod = await kernel.commit(who, (transaction) => transaction.add('pods', aPod()))
    const update = (transaction: Transaction) => transaction.update('pods', pod.id, fields)
    await expect(kernel.commit(who, update)).rejects.toThrow('a record of pods is not of its schema')
    expect(kernel.state.get('pods', pod.id)).toBe(pod)
  })

  test('freezes its records, and replaces those that it changes', async () => {
    const { kernel } = await startKernel([nouns()])
    const { id } = await kernel.commit(who, (transaction) => transaction.add('pods', aPod({ labels: { app: 'web' } })))
    const before = kernel.state.get('pods', id) as Pod
    await kernel.commit(who, (transaction) => transaction.update('pods', id, { status: 'running' }))
    expect(Object.isFrozen(before.labels)).toBe(true)
    expect(kernel.state.get('pods', id)).not.toBe(before)
    expect(kernel.state.get('pods', id)?.labels).toBe(before.labels)
  })

  test('wakes an effect once, and only one that read what changed', async () => {
    const { kernel } = await startKernel([nouns()])
    const [first, second] = await kernel.commit(who, (transaction) => [transaction.add('pods', aPod()), transaction.add('pods', aPod())])
    const seen: string[] = []
    effect(() => seen.push(kernel.state.view('pods').get(first?.id ?? '')?.status ?? ''))
    await kernel.commit(who, (transaction) => transaction.update('pods', second?.id ?? '', { status: 'running' }))
    expect(seen).toEqual(['pending'])
    await kernel.commit(who, (transaction) => {
      transaction.update('pods', first?.id ?? '', { status: 'starting' })
      transaction.update('pods', first?.id ?? '', { status: 'running' })
    })
    expect(seen).toEqual(['pending', 'running'])
  })
})

type Step =
  | { readonly do: 'put' | 'rename' | 'delete'; readonly pod: number }
  | { readonly do: 'release'; readonly count: number }
  | { readonly do: 'fail' }

const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('put', 'rename', 'delete' as const), pod: fc.nat(4) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('release' as const), count: fc.integer({ min: 1, max: 3 }) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('fail' as const) }) },
  ),
  { maxLength: 40 },
)

describe('whatever commits are made, released and refused', () => {
  const ids = Array.from({ length: 5 }, (_each, index) => `00000000-0000-4000-8000-00000000000${index}`)
  const sorted = (pods: Iterable<Pod>) => [...pods].map(({ id, name }) => `${id} ${name}`).toSorted()

  test('the durable view is what the store holds, by every way of reading it, and what is told adds up to it', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (sequence: Step[]) => {
        const { kernel, store } = await held()
        const replica = new Map<string, Pod>()
        kernel.committer.onDurable((changeSet) => apply(replica, changeSet))
        let renamed = 0
        for (const step of sequence) {
          if (step.do === 'release') store.release(step.count)
          else if (step.do === 'fail') store.fail(new Error('refused'))
          else void write(step.do, ids[step.pod] ?? '').catch(() => undefined)
          await new Promise<void>((resolve) => queueMicrotask(resolve))
          await new Promise<void>((resolve) => queueMicrotask(resolve))
        }
        for (let turns = 0; turns < 10; turns += 1) await Promise.resolve()
        const durable = kernel.committer.durable
        expect(sorted(durable.all('pods'))).toEqual(sorted(store.of<Pod>('pods')))
        expect(sorted(replica.values())).toEqual(sorted(store.of<Pod>('pods')))
        for (const pod of store.of<Pod>('pods')) {
          expect(durable.get('pods', pod.id)).toEqual(pod)
          expect(durable.find('pods', 'name', `default/${pod.name}`)?.id).toBe(pod.id)
        }
        expect(sorted(durable.by('pods', 'namespace', 'default'))).toEqual(sorted(store.of<Pod>('pods')))

        function write(how: 'put' | 'rename' | 'delete', id: string) {
          return kernel.commit(who, (transaction) => {
            const known = kernel.state.get('pods', id)
            if (how === 'delete' && known) transaction.delete('pods', id)
            else if (how === 'rename' && known) transaction.update('pods', id, { name: `renamed-${++renamed}` })
            else if (how === 'put' && !known) transaction.add('pods', aPod({ id, name: `pod-${id.slice(-1)}` }))
          })
        }
      }),
      { numRuns: 200 },
    )
  })
})

function apply(replica: Map<string, Pod>, { changes }: ChangeSet): void {
  for (const change of changes) {
    if (change.op === 'put') replica.set(change.id, change.record as Pod)
    else replica.delete(change.id)
  }
}
