/** Plugins from outside that throw, make no sense or are too slow: named, counted, put out, and scheduling goes on. */
import { afterEach, describe, expect, test } from 'vitest'
import type { Operation, Pod } from '../../../kernel/index.ts'
import { CALL_MS_MAX, STRIKES_MAX } from '../../../plugins/drop-ins/referee.ts'
import { aPod, ofPack } from '../../support/builders.ts'
import { admin } from '../../support/calls.ts'
import { startOutside, type Outside, type OutsideOptions } from './outside.ts'

let outside: Outside
afterEach(() => outside.kernel.stop())

const bad = (body: string) => ({ 'plugins/bad.ts': `export default { name: 'bad', ${body} }` })
const tapping = (body: string) => bad(`apply(kernel) { const { hooks } = kernel; ${body} }`)

/** With a node and, beside the bad plugin, one that says which node it likes. */
async function start(options: OutsideOptions): Promise<Outside> {
  outside = await startOutside({
    ...options,
    files: {
      ...options.files,
      'plugins/likes.ts': `export default { name: 'likes', weight: 10, score: (pod, node) => node.name === 'node-1' ? 100 : 0 }`,
    },
  })
  await outside.join()
  await outside.join()
  return outside
}

const faultsOf = async () => (await outside.row('bad'))?.measured
const isOut = () => outside.incidents.some(({ what }) => what === 'quarantined')
const nodeOf = (pod: Pod) => outside.kernel.state.get('nodes', outside.pod(pod.id)?.nodeId ?? '')?.name

describe('a filter that', () => {
  test.each([
    ['throws', `filter: () => { throw new TypeError('no such zone') }`, 'threw', 'its filter threw TypeError: no such zone'],
    ['says nothing', `filter: () => {}`, 'nonsense', 'its filter said undefined of node-1: it says true, false or a sentence'],
    ['says a number', `filter: () => 1`, 'nonsense', 'its filter said 1 of node-1'],
    ['answers later', `filter: async () => true`, 'nonsense', 'its filter said a promise of node-1'],
    ['says an empty sentence', `filter: () => ' '`, 'nonsense', 'a sentence is one line of 1 to 200'],
    ['never stops talking', `filter: () => 'no '.repeat(1000)`, 'nonsense', 'refused node-1 in 3000 characters'],
    ['speaks to the terminal', `filter: () => '\\u001B[2J'`, 'nonsense', 'a sentence is one line'],
  ] as const)('%s refuses the node by name, is put out after some faults, and the pod is placed', async (_what, body, kind, reason) => {
    const { run, pod, until } = await start({ files: bad(body) })
    const waiting = await run()
    expect(waiting.status).toBe('pending')
    expect(waiting.statusMessage).toContain('plugin bad failed')
    await until('the pod to be placed', () => pod(waiting.id)?.status === 'scheduled')
    expect(nodeOf(waiting)).toBe('node-1')
    const row = await outside.row('bad')
    expect(row).toMatchObject({ state: 'quarantined', hooks: [], reason: expect.stringContaining(reason) as unknown })
    expect(row?.measured?.[kind]).toBeGreaterThanOrEqual(STRIKES_MAX)
    expect(outside.incidents.filter(({ what }) => what === 'quarantined')).toEqual([
      { plugin: 'bad', file: 'plugins/bad.ts', what: 'quarantined', reason: row?.reason },
    ])
    expect(outside.incidents.filter(({ what }) => what === 'fault').length).toBeLessThanOrEqual(STRIKES_MAX)
  })

  test.each([
    ['throws', `keep: () => { throw new Error('oh') }, reason: () => 'no'`, 'its filter threw Error: oh'],
    ['keeps more than there are', `keep: (slots, count) => count + 1, reason: () => 'no'`, 'its filter kept'],
    [
      'keeps what was not in question',
      `keep: (slots) => { slots[0] = 77; return 1 }, reason: () => 'no'`,
      'kept slot 77, which was not in question',
    ],
    ['has no reason', `keep: () => 0`, 'gave prune undefined: it takes a function'],
  ])('judges all nodes at once and %s refuses them, and is put out', async (_what, rule, reason) => {
    const { run, pod, until } = await start({ files: tapping(`hooks.filter.tap('bad', (candidates) => candidates.prune({ ${rule} }))`) })
    const waiting = await run()
    expect(waiting.status).toBe('pending')
    await until('the pod to be placed', () => pod(waiting.id)?.status === 'scheduled')
    expect((await outside.row('bad'))?.reason).toContain(reason)
  })

  test('throws before it asks of any node refuses them all until it is out', async () => {
    const { run, pod, until } = await start({ files: tapping(`hooks.filter.tap('bad', () => { throw new Error('oh') })`) })
    const waiting = await run()
    expect(waiting.statusMessage).toContain('plugin bad failed')
    await until('the pod to be placed', () => pod(waiting.id)?.status === 'scheduled')
    expect(await outside.row('bad')).toMatchObject({ state: 'quarantined' })
  })

  test('fails seldom stays', async () => {
    const { run, pass, row } = await start({ files: bad(`filter: (pod) => pod.labels.odd ? JSON.parse('') : true`) })
    for (let count = 0; count < 3; count += 1) {
      const odd = await run({ labels: { odd: String(count) }, nodeName: 'node-1' })
      await outside.call('pods.delete', { id: odd.id })
      await pass(60_000)
    }
    expect(await row('bad')).toMatchObject({ state: 'enabled' })
    expect((await faultsOf())?.threw).toBeGreaterThanOrEqual(3)
    expect((await run()).status).toBe('scheduled')
  })
})

describe('a score that', () => {
  test.each([
    ['throws', `score: () => { throw new Error('oh') }`, 'its score threw Error: oh'],
    ['is no number', `score: () => 'much'`, 'its score said much of node-1: a score is 0 to 100'],
    ['is not finite', `score: (pod, node) => 1 / 0`, 'its score said Infinity of node-1'],
    ['is out of range', `score: () => 1e9`, 'its score said 1000000000 of node-1'],
    ['is negative', `score: () => -1`, 'its score said -1 of node-1'],
  ])('%s counts nothing, is put out, and pods go where the others say', async (_what, body, reason) => {
    const { run, until } = await start({ files: bad(body) })
    const placed = await run()
    expect(nodeOf(placed)).toBe('node-1')
    for (let count = 0; count < STRIKES_MAX; count += 1) await run({ labels: { count: String(count) } })
    await until('it to be out', isOut)
    expect(await outside.row('bad')).toMatchObject({ state: 'quarantined', reason: expect.stringContaining(reason) as unknown })
    expect(nodeOf(await run({ labels: { last: 'one' } }))).toBe('node-1')
  })

  test.each([
    ['has a weight that is none', `board.add(() => 1, { weight: NaN })`, 'has weight NaN: it is 0 to 100'],
    [
      'is normalised to too few',
      `board.add((node) => Number(node.name.slice(-1)), { normalise: () => [] })`,
      'gave a list of 0 for 2 scores',
    ],
    [
      'is normalised out of range',
      `board.add((node) => Number(node.name.slice(-1)), { normalise: (scores) => scores.map(() => 101) })`,
      'gave a list of 2 for 2 scores',
    ],
    ['gives all nodes too much', `board.addAll((slots, count, points) => points.fill(101))`, 'gave 101 points: they are 0 to 100'],
    ['is no function', `board.add(5)`, 'gave add 5: it takes a function'],
    ['writes where it reads', `board.plugin = 'likes'`, 'wrote to "plugin"'],
  ])('%s is a fault of the plugin', async (_what, body, reason) => {
    const { until } = await start({ files: tapping(`hooks.score.tap('bad', (board) => { ${body} })`) })
    for (let count = 0; count < STRIKES_MAX; count += 1)
      expect(nodeOf(await outside.run({ labels: { count: String(count) } }))).toBe('node-1')
    await until('it to be out', isOut)
    expect(await outside.row('bad')).toMatchObject({ reason: expect.stringContaining(reason) as unknown })
  })
})

test('a plugin that judges and scores all nodes at once is as good as any', async () => {
  const body = `
    hooks.filter.tap('bad', (candidates) => candidates.prune({
      keep(slots, count, { allocatable }) {
        let left = 0
        for (let index = 0; index < count; index += 1) if (allocatable.cpu[slots[index]] > 4000) slots[left++] = slots[index]
        return left
      },
      reason: () => 'are small',
    }))
    hooks.score.tap('bad', (board) => board.addAll((slots, count, points, { allocatable }) => {
      for (let index = 0; index < count; index += 1) points[index] = allocatable.cpu[slots[index]] / 100
    }))`
  const { join, run } = await start({ files: tapping(body) })
  expect((await run()).statusMessage).toBe('0/2 nodes fit: 2 are small')
  await join({ name: 'large', allocatable: { cpu: 8000 } })
  expect(nodeOf(await run({ labels: { another: 'one' } }))).toBe('large')
  expect(await faultsOf()).toMatchObject({ threw: 0, nonsense: 0, slow: 0 })
})

describe('a plugin that is too slow', () => {
  /** The plugin says how long it took. */
  const slowly = (ms: number) => `filter: () => { globalThis.starkTestMs = (globalThis.starkTestMs ?? 0) + ${ms}; return true }`
  const stopwatch = () => (globalThis as { starkTestMs?: number }).starkTestMs ?? 0

  test('in one call is put out after some, and named with the time', async () => {
    const { run, until } = await start({ files: bad(slowly(CALL_MS_MAX + 12.34)), stopwatch })
    for (let count = 0; count < 3; count += 1) expect((await run({ labels: { count: String(count) } })).status).toBe('scheduled')
    await until('it to be out', isOut)
    expect(await outside.row('bad')).toMatchObject({
      state: 'quarantined',
      reason: expect.stringContaining('its filter took 62.3 ms, and 50 is the most') as unknown,
    })
    expect(outside.incidents).toContainEqual(
      expect.objectContaining({ plugin: 'bad', what: 'fault', fault: expect.objectContaining({ kind: 'slow' }) as unknown }),
    )
  })

  test('is told by its own time, not by what the kernel does for it', async () => {
    const files = tapping(`hooks.filter.tap('bad', (candidates) => { candidates.where(() => true) })`)
    let now = 0
    await start({ files, stopwatch: () => (now += 1) })
    await outside.run()
    const measured = await faultsOf()
    expect(measured?.calls).toBeGreaterThan(2)
    // One tick for each call; what `where` itself took is not in it.
    expect(measured?.ms).toBeLessThanOrEqual((measured?.calls ?? 0) + 1)
  })
})

describe('elsewhere than in scheduling', () => {
  test('what throws in admit refuses what was asked for, names the plugin, and is out after some faults', async () => {
    const { call, run, until } = await start({
      files: tapping(`hooks.admit.tap('bad', (record, { kind }) => { if (kind === 'pods') record.no.such })`),
    })
    for (let count = 0; count < STRIKES_MAX; count += 1) {
      await expect(call('pods.create', { pack: 'web' })).rejects.toMatchObject({
        code: 'INTERNAL',
        message: expect.stringContaining('plugin bad failed to say') as unknown,
      })
    }
    await until('it to be out', isOut)
    expect((await run()).status).toBe('scheduled')
  })

  test('a refusal with a code of the table is no fault', async () => {
    const { call } = await start({
      files: tapping(
        `hooks.admit.tap('bad', (record, { kind }) => { if (kind === 'pods') throw Object.assign(new Error('pods are made on Sundays'), { code: 'FORBIDDEN' }) })`,
      ),
    })
    for (let count = 0; count <= STRIKES_MAX; count += 1)
      await expect(call('pods.create', { pack: 'web' })).rejects.toMatchObject({
        code: 'FORBIDDEN',
        status: 403,
        message: 'pods are made on Sundays',
      })
    expect(await faultsOf()).toMatchObject({ threw: 0, nonsense: 0 })
  })

  test.each([
    ['a listener', `kernel.onDurable(async () => { throw new Error('oh') })`],
    ['persist', `hooks.persist.tap('bad', () => { throw new Error('oh') })`],
    ['a tally', `hooks.filter.tap('bad', (candidates) => { candidates.tally(() => 5) })`],
  ])('%s that fails stops nobody', async (_what, body) => {
    const { run, until, row } = await start({ files: tapping(body) })
    const placed = await Promise.all(Array.from({ length: 3 }, (_each, count) => run({ labels: { count: String(count) } })))
    expect(placed.map(({ status }) => status)).toEqual(['scheduled', 'scheduled', 'scheduled'])
    for (let count = 0; count < STRIKES_MAX; count += 1)
      await run({ resources: { requests: { cpu: 100_000 } }, labels: { more: String(count) } })
    await until('it to be out', isOut)
    expect(await row('bad')).toMatchObject({ state: 'quarantined' })
  })

  test('a proposal of victims that makes no sense evicts nobody', async () => {
    const { kernel, pack, run, until } = await start({ files: tapping(`hooks.preempt.tap('bad', () => 'node-1')`) })
    const [node] = [...kernel.state.all('nodes')]
    const lesser = aPod({ ...ofPack(pack), priority: -1, nodeId: node?.id ?? null, status: 'running' })
    await kernel.commit({ actorId: 'test' }, (transaction) => transaction.create('pods', lesser))
    for (let count = 0; count < STRIKES_MAX; count += 1)
      await run({ resources: { requests: { cpu: 100_000 } }, labels: { count: String(count) } })
    await until('it to be out', isOut)
    expect((await outside.row('bad'))?.reason).toContain('its preempt proposed node-1')
    expect(outside.pod(lesser.id)?.status).toBe('running')
  })

  test('who judges calls and fails lets nobody in, and who is told of calls harms none', async () => {
    const body = `
      kernel.operations.authorize.tap('bad', (operation) => { if (operation.name === 'ping.get') throw new Error('oh') })
      kernel.operations.authenticate.tapPromise('bad', async () => { throw new Error('no directory') })
      kernel.operations.settled.tap('bad', () => { throw new Error('oh') })`
    const { kernel, call } = await start({ files: tapping(body) })
    const ping = { ...kernel.operations.get('cluster.get'), name: 'ping.get' } as Operation
    expect(() => kernel.operations.allow(ping, admin)).toThrow('plugin bad failed to say whether this may be done')
    await expect(kernel.operations.identify({ bearer: 'x', remote: '' })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    expect(await call('cluster.get')).toMatchObject({ defaultNamespace: 'default' })
    expect((await faultsOf())?.threw).toBeGreaterThanOrEqual(3)
  })

  test.each([['onStart'], ['onStop']])('%s that never ends keeps nobody waiting for long', async (when) => {
    const { until, write, remove, kernel } = await start({ files: {} })
    write('plugins/bad.ts', `export default { name: 'bad', apply: ({ ${when} }) => ${when}(() => new Promise(() => {})) }`)
    await until('it to be enabled', () => kernel.plugins.some(({ name }) => name === 'bad'))
    remove('plugins/bad.ts')
    write('plugins/next.ts', `export default { name: 'next', score: () => 1 }`)
    await until('the next one', () => kernel.plugins.some(({ name }) => name === 'next'))
    expect(kernel.plugins.map(({ name }) => name)).not.toContain('bad')
    expect(outside.incidents).toContainEqual(expect.objectContaining({ plugin: 'bad', what: 'fault' }))
  })

  test('a timer that throws is named once each time, and put out', async () => {
    const { until } = await start({ files: tapping(`kernel.clock.every(1000, async () => { throw new Error('tick') })`) })
    await until('it to be out', isOut)
    expect(outside.incidents.filter(({ what }) => what === 'fault')).toHaveLength(STRIKES_MAX)
  })
})

describe('one that was put out', () => {
  const flaky = bad(`filter: () => { if (globalThis.starkTestIsWell) return true; throw new Error('ill') }`)
  const setWell = (isWell: boolean) => Object.assign(globalThis, { starkTestIsWell: isWell })

  async function startIll(): Promise<void> {
    setWell(false)
    await start({ files: flaky })
    await outside.run()
    await outside.until('it to be out', isOut)
  }

  test('stays out when the files are looked at again, until it is enabled', async () => {
    await startIll()
    outside.write('plugins/bad.ts', flaky['plugins/bad.ts'])
    await outside.until('more looks', () => outside.clock.now() % 20_000 === 0)
    expect(await outside.row('bad')).toMatchObject({ state: 'quarantined' })
    setWell(true)
    expect(await outside.call('plugins.enable', { name: 'bad' })).toMatchObject({ state: 'enabled', measured: { threw: 0 } })
    expect((await outside.run({ labels: { now: 'well' } })).status).toBe('scheduled')
  })

  test('gets another chance when its file changes', async () => {
    await startIll()
    outside.write('plugins/bad.ts', `export default { name: 'bad', filter: () => 'are judged anew' }`)
    await outside.until('it to be back', () => outside.kernel.plugins.some(({ name }) => name === 'bad'))
    expect((await outside.run({ labels: { now: 'well' } })).statusMessage).toContain('are judged anew')
  })

  test('leaves no mark when its file goes', async () => {
    await startIll()
    outside.remove('plugins/bad.ts')
    await outside.until('it to be gone', () => outside.incidents.some(({ what }) => what === 'removed'))
    expect(await outside.row('bad')).toBeUndefined()
  })
})
