/** The life of a plugin: ordered, checked for conflicts, contained, and gone without residue. */
import { Type } from 'typebox'
import { describe, expect, test } from 'vitest'
import { strict, type Log, type Operation, type Plugin } from '../../kernel/index.ts'
import { inOrder } from '../../kernel/order.ts'
import { aNode, aPod } from '../support/builders.ts'
import { nouns, startKernel } from '../support/kernel.ts'
import { MemoryStore } from '../support/memory-store.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const who = { actorId: 'test' }
const plugin = (name: string, apply: Plugin['apply'] = () => undefined, after: string[] = []): Plugin => ({ name, after, apply })
const ping = (name = 'ping.get', http: Operation['http'] = 'GET /api/ping'): Operation => ({
  name,
  summary: 'Ping',
  http,
  permission: null,
  input: strict({}),
  output: Type.Unknown(),
  handle: () => ({}),
})

describe('plugins', () => {
  test('come after those that they name, and otherwise in the order given', () => {
    const names = inOrder([plugin('a', undefined, ['c']), plugin('b'), plugin('c'), plugin('d', undefined, ['not here'])]).map(
      ({ name }) => name,
    )
    expect(names).toEqual(['c', 'a', 'b', 'd'])
  })

  test('that wait for each other are refused, with the circle', () => {
    expect(() => inOrder([plugin('a', undefined, ['b']), plugin('b', undefined, ['a'])])).toThrow(
      'plugins wait for each other: a -> b -> a',
    )
  })

  test.each([
    ['name', [plugin('twin'), plugin('twin')], 'two plugins are called twin'],
    [
      'operation',
      [plugin('one', ({ operations }) => operations.define(ping())), plugin('two', ({ operations }) => operations.define(ping()))],
      'two and one both define ping.get',
    ],
    [
      'route',
      [
        plugin('one', ({ operations }) => operations.define(ping())),
        plugin('two', ({ operations }) => operations.define(ping('other.get'))),
      ],
      'two and one both define GET /api/ping',
    ],
    ['kind', [nouns(), plugin('two', ({ kinds }) => kinds.define('pods', { schema: strict({}) }))], 'kind pods is defined already'],
  ])('that clash over a %s are refused by name', async (_what, plugins, message) => {
    await expect(startKernel(plugins)).rejects.toThrow(message)
  })

  test('that throw while they are enabled are named, and leave nothing', async () => {
    const { kernel } = await startKernel([nouns()])
    const broken = plugin('broken', ({ operations }) => {
      operations.define(ping())
      throw new Error('no configuration')
    })
    await expect(kernel.enable(broken)).rejects.toThrow('plugin broken could not be enabled: no configuration')
    expect(kernel.operations.get('ping.get')).toBeUndefined()
    expect(kernel.plugins.map(({ name }) => name)).not.toContain('broken')
  })
})

describe('a plugin that is disabled', () => {
  test('takes its taps, operations, listeners and timers with it', async () => {
    const { kernel, clock, settle } = await startKernel([nouns()])
    const happened: string[] = []
    await kernel.enable(
      plugin('guest', (guest) => {
        guest.operations.define(ping())
        guest.hooks.admit.tap('guest', () => void happened.push('admit'))
        guest.onDurable(() => void happened.push('durable'))
        guest.clock.every(1000, () => void happened.push('timer'))
        guest.onStop(() => void happened.push('stopped'))
      }),
    )
    await kernel.commit(who, (transaction) => transaction.add('pods', aPod()))
    clock.advance(1000)
    await settle()
    expect(new Set(happened)).toEqual(new Set(['admit', 'durable', 'timer']))
    await kernel.disable('guest')
    happened.length = 0
    await kernel.commit(who, (transaction) => transaction.add('pods', aPod()))
    clock.advance(5000)
    await settle()
    expect(happened).toEqual([])
    expect(kernel.operations.get('ping.get')).toBeUndefined()
  })

  test('had forgotten each timer that was over or cancelled: a server starts and cancels one with each call', async () => {
    const ended: number[] = []
    class Counting extends VirtualClock {
      override after(ms: number, run: () => void): () => void {
        const cancel = super.after(ms, run)
        return () => {
          ended.push(ms)
          cancel()
        }
      }
    }
    const { kernel, clock } = await startKernel([nouns()], { clock: new Counting() })
    await kernel.enable(
      plugin('guest', ({ clock: timers }) => {
        timers.after(101, () => undefined)
        timers.after(102, () => undefined)()
        timers.after(10_003, () => undefined)
      }),
    )
    clock.advance(1000)
    await kernel.disable('guest')
    expect(ended.filter((ms) => [101, 102, 10_003].includes(ms))).toEqual([102, 10_003])
  })

  test('no longer keeps pods off nodes', async () => {
    const { kernel, settle, clock } = await startKernel([nouns()])
    await kernel.enable(plugin('never', ({ hooks }) => hooks.filter.tap('never', (candidates) => candidates.where(() => 'no'))))
    const pod = await kernel.commit(who, (transaction) => {
      transaction.add('nodes', aNode())
      return transaction.add('pods', aPod())
    })
    await settle()
    expect(kernel.state.get('pods', pod.id)?.status).toBe('pending')
    await kernel.disable('never')
    clock.advance(10_000)
    await settle()
    expect(kernel.state.get('pods', pod.id)?.status).toBe('scheduled')
  })

  test('is asked nothing any more while it stops', async () => {
    const { kernel } = await startKernel([nouns()])
    const happened: string[] = []
    await kernel.enable(
      plugin('guest', ({ hooks, onStop }) => {
        hooks.admit.tap('guest', () => void happened.push('admit'))
        onStop(async () => void (await kernel.commit(who, (transaction) => transaction.add('pods', aPod()))))
      }),
    )
    await kernel.disable('guest')
    expect(happened).toEqual([])
  })
})

describe('a plugin that is enabled while the kernel starts', () => {
  const host = (guest: Plugin) => plugin('host', ({ hooks, enable }) => hooks.load.tapPromise('host', () => enable(guest)))

  test('decides about the first pod already, and starts once', async () => {
    const started: string[] = []
    const store = new MemoryStore()
    const { kernel: before } = await startKernel([nouns()], { store })
    const pod = await before.commit(who, (transaction) => {
      transaction.add('nodes', aNode())
      return transaction.add('pods', aPod())
    })
    await before.stop()
    const guest = plugin('guest', ({ hooks, onStart }) => {
      hooks.filter.tap('guest', (candidates) => candidates.where(() => 'are not wanted'))
      onStart(() => void started.push('guest'))
    })
    const { kernel, settle } = await startKernel([nouns(), host(guest)], { store })
    await settle()
    expect(kernel.state.get('pods', pod.id)?.statusMessage).toBe('0/1 nodes fit: 1 are not wanted')
    expect(started).toEqual(['guest'])
  })

  test('by another that starts, starts once', async () => {
    const started: string[] = []
    const guest = plugin('guest', ({ onStart }) => onStart(() => void started.push('guest')))
    await startKernel([nouns(), plugin('host', ({ enable, onStart }) => onStart(() => enable(guest)))])
    expect(started).toEqual(['guest'])
  })
})

test('a listener that throws is logged under its plugin, and the others are still told', async () => {
  const errors: unknown[] = []
  const log: Log = { debug() {}, info() {}, warn() {}, error: (_message, fields) => void errors.push(fields) }
  const told: string[] = []
  const { kernel } = await startKernel(
    [
      nouns(),
      plugin('bad', ({ onDurable }) =>
        onDurable(() => {
          throw new Error('oops')
        }),
      ),
      plugin('good', ({ onDurable }) => onDurable(() => void told.push('good'))),
    ],
    { log },
  )
  await kernel.commit(who, (transaction) => transaction.add('pods', aPod()))
  expect(told).toEqual(['good'])
  expect(errors).toMatchObject([{ plugin: 'bad', error: 'oops' }])
})

test('a service that nobody provides is asked for in vain, with a sentence that names both', async () => {
  const lonely = plugin('lonely', (kernel) => kernel.onStart(() => void kernel.need('bundles')))
  await expect(startKernel([nouns(), lonely])).rejects.toThrow('lonely needs bundles, and no enabled plugin provides it')
})
