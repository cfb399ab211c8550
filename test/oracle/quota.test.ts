/**
 * Who is let into a namespace: creations, updates, ends and deletions under quotas and limit ranges that change meanwhile. Each
 * decision is the oracle's, and nothing that is admitted takes a namespace past its quota.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { KernelError, type Code, type LimitRange, type Pod } from '../../kernel/index.ts'
import { aNamespace, aPod } from '../support/builders.ts'
import { admitChange, admitNew, storedRange, usageOf, type Admitted, type Asked, type Registry } from './admission.ts'
import { idOf } from './ids.ts'
import { startWorld, TIMES, type World } from './world.ts'

const owner = { actorId: 'test', roles: ['admin'] }
const NAMESPACES = ['blue', 'green']

const amount = fc.constantFrom(0, 50, 100, 200, 400)
const amounts = fc.record({ cpu: amount, memory: amount, storage: amount }, { requiredKeys: [] })
const quota = fc.record({ pods: fc.nat(4), cpu: fc.nat(900), memory: fc.nat(900), storage: fc.nat(900) }, { requiredKeys: [] })
const ratio = fc.constantFrom(1, 1.5, 2, 4)
/** A bound or two: more of them let nobody in. */
const range: fc.Arbitrary<LimitRange> = fc
  .tuple(
    fc.subarray(['default', 'defaultRequest', 'min', 'max', 'maxLimitRequestRatio'] as const, { minLength: 1, maxLength: 2 }),
    fc.record({
      default: amounts,
      defaultRequest: amounts,
      min: fc.record({ cpu: amount }),
      max: fc.record({ memory: amount }),
      maxLimitRequestRatio: fc.record({ cpu: ratio, memory: ratio }, { requiredKeys: [] }),
    }),
  )
  .map(([wanted, all]) => Object.fromEntries(wanted.map((name) => [name, all[name]])))

const asked = fc.record(
  {
    namespace: fc.constantFrom(...NAMESPACES),
    resources: fc.record({ requests: amounts, limits: amounts }),
    priorityClassName: fc.constantFrom(null, null, null, 'high', 'low', 'modest', 'missing'),
    priority: fc.constantFrom(0, 5, 1000),
    preemptionPolicy: fc.constantFrom('PreemptLowerPriority' as const, 'Never' as const),
  },
  { requiredKeys: ['namespace', 'resources', 'priorityClassName'] },
) as fc.Arbitrary<Asked>

const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('create' as const), asked: fc.array(asked, { minLength: 1, maxLength: 3 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('change' as const), pod: fc.nat(9), requests: amounts }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('end' as const, 'delete' as const), pod: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('set quota' as const), namespace: fc.constantFrom(...NAMESPACES), hard: quota }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('set range' as const), namespace: fc.constantFrom(...NAMESPACES), range }) },
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

const given = fc.record({
  quotas: fc.tuple(fc.option(quota), fc.option(quota)),
  ranges: fc.tuple(fc.option(range, { freq: 1 }), fc.constant(null)),
  /** Two can come to be at once in a store, though admission lets in only one. */
  defaultClasses: fc.subarray(['low', 'modest', 'high']),
  steps: fc.array(step, { maxLength: 25, size: 'max' }),
})

type Given = typeof given extends fc.Arbitrary<infer G> ? G : never

const classes = (defaults: readonly string[]) =>
  [
    { name: 'high', value: 1000, preemptionPolicy: 'PreemptLowerPriority' as const },
    { name: 'low', value: -5, preemptionPolicy: 'Never' as const },
    { name: 'modest', value: 5, preemptionPolicy: 'Never' as const },
  ].map((each) => ({ ...each, globalDefault: defaults.includes(each.name), description: '' }))

const registryOf = ({ kernel: { state } }: World): Registry => {
  const [settings] = [...state.all('clusterConfigs')]
  if (!settings) throw new Error('the cluster plugin stores a configuration')
  return {
    pods: [...state.all('pods')],
    namespaces: [...state.all('namespaces')],
    priorityClasses: [...state.all('priorityClasses')],
    settings,
  }
}

/** What the operation was answered: nothing, or a code. */
async function answerOf(done: Promise<unknown>): Promise<Code | 'admitted'> {
  try {
    await done
    return 'admitted'
  } catch (error) {
    if (error instanceof KernelError) return error.code
    throw error
  }
}

async function build({ quotas, ranges, defaultClasses }: Omit<Given, 'steps'>): Promise<World> {
  const world = await startWorld()
  await world.kernel.commit(owner, (transaction) => {
    for (const each of classes(defaultClasses)) transaction.create('priorityClasses', each)
    NAMESPACES.forEach((name, index) => {
      const hard = quotas[index]
      transaction.add('namespaces', aNamespace({ name, resourceQuota: hard ? { hard } : null, limitRange: ranges[index] ?? null }))
    })
  })
  return world
}

/** The fields that admission decides on, as one pod was stored. */
const outcome = ({ resources, priority, priorityClassName, preemptionPolicy }: Admitted) => ({
  resources,
  priority,
  priorityClassName,
  preemptionPolicy,
})

let created = 0

/** Several creations at once, each on its own: none waits for another, and the store is slow. */
async function create(world: World, wishes: readonly Asked[]): Promise<void> {
  world.store.isHeld = true
  const answers = wishes.map((wish) => {
    const expected = admitNew(wish, registryOf(world))
    created += 1
    const { id, createdAt: _at, updatedAt: _updated, resourceVersion: _version, ...fields } = aPod({ id: idOf(0xd0, created % 1000) })
    const { priority: _priority, preemptionPolicy: _policy, ...rest } = fields
    const done = world.kernel.commit(owner, (transaction) =>
      transaction.add('pods', { ...rest, ...wish, id } as typeof fields & { id: string }),
    )
    return { id, expected, answer: answerOf(done) }
  })
  world.store.isHeld = false
  world.store.release()
  for (const { id, expected, answer } of answers) {
    const admitted = world.kernel.state.get('pods', id)
    expect(await answer).toEqual(typeof expected === 'string' ? expected : 'admitted')
    expect(admitted && outcome(admitted)).toEqual(typeof expected === 'string' ? undefined : outcome(expected))
  }
}

async function change(world: World, pod: Pod, what: Step): Promise<void> {
  const { kernel } = world
  if (what.do === 'change') {
    const expected = admitChange(pod, what.requests, registryOf(world))
    const resources = { ...pod.resources, requests: what.requests }
    expect(await answerOf(kernel.commit(owner, (transaction) => transaction.amend('pods', pod.id, { resources })))).toEqual(expected)
  } else if (what.do === 'end') await kernel.commit(owner, (transaction) => transaction.update('pods', pod.id, { status: 'succeeded' }))
  else await kernel.commit(owner, (transaction) => transaction.delete('pods', pod.id))
}

async function setRange(world: World, name: string, limitRange: LimitRange): Promise<void> {
  const { state } = world.kernel
  const id = state.find('namespaces', 'name', name)?.id ?? ''
  const stored = await world.kernel.commit(owner, (transaction) => transaction.amend('namespaces', id, { limitRange }))
  expect(stored.limitRange).toEqual(storedRange(limitRange))
}

async function act(world: World, what: Step): Promise<void> {
  const { kernel } = world
  if (what.do === 'create') return create(world, what.asked)
  if (what.do === 'set range') return setRange(world, what.namespace, what.range)
  if (what.do === 'set quota') {
    const id = kernel.state.find('namespaces', 'name', what.namespace)?.id ?? ''
    await kernel.commit(owner, (transaction) => transaction.amend('namespaces', id, { resourceQuota: { hard: what.hard } }))
    return undefined
  }
  const pods = [...kernel.state.all('pods')]
  const pod = pods[what.pod % Math.max(1, pods.length)]
  return pod && change(world, pod, what)
}

/** By how much each namespace is past its quota, where it is. */
function excess(world: World): Map<string, number> {
  const registry = registryOf(world)
  return new Map(
    registry.namespaces.flatMap(({ name, resourceQuota }) => {
      const used = usageOf(name, registry)
      return Object.entries(resourceQuota?.hard ?? {}).map(([resource, hard]) => {
        return [`${name} ${resource}`, Math.max(0, used[resource as keyof typeof used] - hard)] as const
      })
    }),
  )
}

test('every decision is the oracle’s, and usage never passes the quota but where the quota was lowered', async () => {
  await fc.assert(
    fc.asyncProperty(given, async ({ steps, ...beginning }) => {
      const world = await build(beginning)
      for (const what of steps) {
        const before = excess(world)
        await act(world, what)
        if (what.do === 'set quota') continue
        for (const [name, over] of excess(world)) expect([name, over > (before.get(name) ?? 0)]).toEqual([name, false])
      }
    }),
    { numRuns: 100 * TIMES },
  )
}, 600_000)
