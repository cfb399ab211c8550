/** Plugins from outside: dropped in, changed, broken, mended and taken away, in a cluster that runs. */
import { Type } from 'typebox'
import { afterEach, describe, expect, test } from 'vitest'
import type { Plugin, Pod } from '../../../kernel/index.ts'
import { strict } from '../../../kernel/index.ts'
import { MemoryStore } from '../../support/memory-store.ts'
import { startOutside, type Outside, type OutsideOptions } from './outside.ts'

let outside: Outside
afterEach(() => outside.kernel.stop())

const start = async (options: OutsideOptions = {}): Promise<Outside> => {
  outside = await startOutside(options)
  return outside
}
const rule = (name: string, sentence: string) => `export default { name: '${name}', filter: () => '${sentence}' }`
/** So many more looks at the files, at least. */
async function looks(count: number): Promise<void> {
  let left = count
  await outside.until('more looks', () => left-- === 0)
}
const reasonOf = (pod: Pod) => outside.pod(pod.id)?.statusMessage

describe('a file in the plugins folder', () => {
  test('decides from the next pod on, in its own words, and its removal leaves nothing', async () => {
    const { until, write, remove, run, join, rows, pod } = await start()
    await join()
    const before = await rows()
    write(
      'plugins/never.ts',
      `import type { Rule } from 'stark/plugin'\nexport default { name: 'never', filter: (pod) => !pod.labels['later'] || 'are asked too early' } satisfies Rule`,
    )
    await until('the plugin to be enabled', () => outside.incidents.some(({ what }) => what === 'enabled'))
    const refused = await run({ labels: { later: 'yes' } })
    expect(reasonOf(refused)).toBe('0/1 nodes fit: 1 are asked too early')
    expect((await run()).status).toBe('scheduled')
    expect(await outside.row('never')).toMatchObject({ source: 'plugins/never.ts', state: 'enabled', reason: null, hooks: ['filter'] })

    remove('plugins/never.ts')
    await until('the pod to be placed', () => pod(refused.id)?.status === 'scheduled')
    expect(await rows()).toEqual(before)
  })

  test('is enabled when the server starts again, before anything is decided', async () => {
    const store = new MemoryStore()
    const source = `export default {
      name: 'never',
      apply({ hooks, isReady }) {
        globalThis.starkTestWasReady = isReady()
        hooks.filter.tap('never', (candidates) => candidates.where(() => 'are closed'))
      },
    }`
    const first = await start({ store, files: { 'plugins/never.ts': source } })
    await first.join()
    const pod = await first.run()
    await first.kernel.stop()
    const second = await start({ store, root: first.root })
    expect(globalThis).toMatchObject({ starkTestWasReady: false })
    await second.settle()
    expect(reasonOf(pod)).toBe('0/1 nodes fit: 1 are closed')
  })

  test('is left alone when it is only touched', async () => {
    const source = rule('calm', 'are busy')
    const { until, write, incidents } = await start({ files: { 'plugins/calm.ts': source } })
    write('plugins/calm.ts', source)
    write('plugins/other.ts', `export default { name: 'other', score: () => 1 }`)
    await until('the other one', () => outside.kernel.plugins.some(({ name }) => name === 'other'))
    await looks(3)
    expect(incidents.map(({ plugin, what }) => `${plugin} ${what}`)).toEqual(['calm enabled', 'other enabled'])
  })

  test('is replaced when it changes, and when what it imports does', async () => {
    const { until, write, run, join } = await start({
      files: {
        'plugins/words.ts': `import { words } from '../lib/words.ts'\nexport default { name: 'words', filter: () => words }`,
        'lib/words.ts': `export const words = 'are one'`,
      },
    })
    await join()
    const pod = await run()
    expect(reasonOf(pod)).toContain('are one')
    write('lib/words.ts', `export const words = 'are two'`)
    await until('the other word', () => reasonOf(pod)?.includes('are two'))
    write('plugins/words.ts', rule('words', 'are three'))
    await until('the third word', () => reasonOf(pod)?.includes('are three'))
  })

  test('takes its operations, services, taps and timers with it', async () => {
    const source = `export default () => ({
      name: 'widgets',
      apply({ operations, hooks, clock }) {
        operations.define({ name: 'widgets.list', summary: 'Widgets', http: 'GET /api/widgets', permission: null, input: { type: 'object', properties: {}, additionalProperties: false }, output: {}, handle: () => ({ items: [] }) })
        hooks.score.tap('widgets', (board) => board.add(() => 1))
        clock.every(1000, () => undefined)
      },
    })`
    const { until, write, remove, kernel, clock } = await start()
    const timers = clock.pending
    write('plugins/widgets.mjs', source)
    await until('its operation', () => kernel.operations.get('widgets.list'))
    expect(clock.pending).toBeGreaterThan(timers)
    remove('plugins/widgets.mjs')
    await until('its operation to go', () => !kernel.operations.get('widgets.list'))
    await until('its timer to go', () => clock.pending <= timers)
    expect(kernel.hooks.score.taps.map(({ name }) => name)).not.toContain('widgets')
  })

  test('that is a test, a declaration or hidden is none', async () => {
    const files = Object.fromEntries(
      ['a.test.ts', 'a.d.ts', '_a.ts', '.a.ts', 'a.md', 'a.spec.mjs'].map((name) => [`plugins/${name}`, 'no plugin']),
    )
    const { rows } = await start({ files })
    expect((await rows()).filter(({ source }) => source !== 'built-in')).toEqual([])
  })
})

describe('a file that cannot be used', () => {
  test.each([
    [
      'does not compile',
      'export default {\n  name: "a"\n  filter() {}\n}',
      'cannot be compiled: broken.ts:3:3: Expected "}" but found "filter"',
    ],
    [
      'imports what is not there',
      `import 'left-pad-of-nobody'\nexport default {}`,
      'Could not resolve "left-pad-of-nobody": install the package beside the file',
    ],
    ['throws when it is loaded', `\nthrow new TypeError('no configuration')`, 'throws when it is loaded: TypeError: no configuration'],
    ['exports no plugin', 'export const a = 1', 'exports no plugin but nothing: write "export default {'],
    ['exports something else', 'export default 42', 'exports no plugin but a number'],
    ['has no name', 'export default { filter: () => true }', 'its name is undefined'],
    ['has a name that is none', `export default { name: 'my rule', filter: () => true }`, 'its name is "my rule": a name has letters'],
    ['misspells a field', `export default { name: 'a', filtr: () => true }`, 'a has a field "filtr", which means nothing'],
    ['does nothing', `export default { name: 'a' }`, 'a neither filters nor scores'],
    ['is called as a built-in plugin is', rule('runtime', 'no'), 'is called runtime, as a built-in plugin is: choose another name'],
    ['is called as another file is', rule('fine', 'no'), 'is called fine, as the one in plugins/a-fine.ts is: choose another name'],
    [
      'comes after nobody',
      `export default { name: 'a', after: ['taint'], filter: () => true }`,
      'comes after "taint", and there is no such plugin',
    ],
    [
      'throws when it is enabled',
      `export default { name: 'a', apply() { throw new Error('no licence') } }`,
      'plugin a could not be enabled: no licence',
    ],
    [
      'taps under the name of another',
      `export default { name: 'a', apply: ({ hooks }) => hooks.filter.tap('runtime', () => {}) }`,
      'it taps filter as "runtime"',
    ],
    [
      'wants to be the store',
      `export default { name: 'a', apply: ({ hooks }) => hooks.load.tapPromise('a', async () => {}) }`,
      'it taps load, which only a store does',
    ],
  ])('because it %s is named with the reason, and the others are there', async (_what, source, reason) => {
    const { rows, incidents } = await start({
      files: { 'plugins/a-fine.ts': `export default { name: 'fine', score: () => 1 }`, 'plugins/broken.ts': source },
    })
    const [fine, broken, ...more] = (await rows()).filter(({ source: from }) => from !== 'built-in')
    expect(fine).toMatchObject({ name: 'fine', state: 'enabled' })
    expect(broken).toMatchObject({ source: 'plugins/broken.ts', state: 'failed', reason: expect.stringContaining(reason) as unknown })
    expect(more).toEqual([])
    expect(incidents).toContainEqual(expect.objectContaining({ what: 'failed', file: 'plugins/broken.ts' }))
  })

  test.each([
    ['compiled', 'export default {'],
    ['enabled', `export default { name: 'shop', apply() { throw new Error('no licence') } }`],
  ])('because its newest edit cannot be %s keeps its last version, until it is mended', async (_what, broken) => {
    const { until, write, run, join, row } = await start({ files: { 'plugins/shop.ts': rule('shop', 'are shut') } })
    await join()
    write('plugins/shop.ts', broken)
    await until('the failure', () => outside.incidents.some(({ what }) => what === 'failed'))
    expect(await row('shop')).toMatchObject({ state: 'enabled', reason: expect.any(String) as unknown })
    expect(reasonOf(await run())).toContain('are shut')
    const { length } = outside.incidents
    await looks(3)
    expect(outside.incidents).toHaveLength(length)
    write('plugins/shop.ts', rule('shop', 'are open on Sundays'))
    await until('the mended version', () => outside.incidents.some(({ what }, index) => what === 'enabled' && index >= length))
    expect(await row('shop')).toMatchObject({ state: 'enabled', reason: null })
    expect(reasonOf(await run())).toContain('open on Sundays')
  })

  test('because of the one before it is tried again when that comes', async () => {
    const { until, write, row } = await start({ files: { 'plugins/b.ts': `export default { name: 'b', after: ['a'], score: () => 1 }` } })
    expect(await row('b')).toMatchObject({ state: 'failed' })
    write('plugins/a.ts', `export default { name: 'a', score: () => 1 }`)
    await until('b to be enabled', () => outside.kernel.plugins.some(({ name }) => name === 'b'))
    const names = outside.kernel.plugins.map(({ name }) => name)
    expect(names.indexOf('a')).toBeLessThan(names.indexOf('b'))
  })
})

describe('stark.config.ts', () => {
  const config = `
    import { quiet } from './quiet.ts'
    export default { plugins: ['./rules/loud.ts', quiet(), { name: 'plain', score: () => 1 }] }`
  const files = {
    'stark.config.ts': config,
    'quiet.ts': `export const quiet = () => ({ name: 'quiet', apply({ hooks }) { hooks.score.tap('quiet', (board) => board.add(() => 2)) } })`,
    'rules/loud.ts': rule('loud', 'are loud'),
  }

  test('names files, and holds plugins and what makes them', async () => {
    const { rows, until, write } = await start({ files })
    const fromOutside = async () => (await rows()).filter(({ source }) => source !== 'built-in').map(({ name, source }) => [name, source])
    expect(await fromOutside()).toEqual([
      ['quiet', 'stark.config.ts'],
      ['plain', 'stark.config.ts'],
      ['loud', 'rules/loud.ts'],
    ])
    write('stark.config.ts', `export default { plugins: ['./rules/loud.ts'] }`)
    await until('two to go', () => outside.incidents.filter(({ what }) => what === 'removed').length === 2)
    expect(await fromOutside()).toEqual([['loud', 'rules/loud.ts']])
  })

  test.each([
    ['names a file that is not there', `export default { plugins: ['./rules/soft.ts'] }`, 'rules/soft.ts', 'is not there'],
    ['has a field that means nothing', 'export default { plugin: [] }', 'stark.config.ts', 'has a field "plugin", which means nothing'],
    ['has no default export', 'export const plugins = []', 'stark.config.ts', 'has no default export that is an object'],
  ])('that %s is told so', async (_what, source, file, reason) => {
    const { rows } = await start({ files: { ...files, 'stark.config.ts': source } })
    expect(await rows()).toContainEqual(
      expect.objectContaining({ source: file, state: 'failed', reason: expect.stringContaining(reason) as unknown }),
    )
  })
})

describe('an administrator', () => {
  const files = { 'plugins/shop.ts': rule('shop', 'are shut') }

  test('disables a plugin, also over a restart, and enables it again', async () => {
    const store = new MemoryStore()
    const first = await start({ store, files })
    await first.join()
    expect(await first.call('plugins.disable', { name: 'shop' })).toMatchObject({ state: 'disabled', hooks: [] })
    const pod = await first.run()
    expect(pod.status).toBe('scheduled')
    await first.kernel.stop()
    const second = await start({ store, root: first.root })
    expect(await second.row('shop')).toMatchObject({ state: 'disabled', reason: expect.stringContaining('stark plugin enable') as unknown })
    expect(await second.call('plugins.enable', { name: 'shop' })).toMatchObject({ state: 'enabled', reason: null })
    expect(reasonOf(await second.run())).toContain('are shut')
  })

  test('does so in the configuration too', async () => {
    const { call, row, settle } = await start({ files })
    await call('cluster.update', { disabledPlugins: ['shop'] })
    await settle()
    expect(await row('shop')).toMatchObject({ state: 'disabled' })
  })

  test('who removes the file of a disabled plugin has removed that too', async () => {
    const { call, remove, until, kernel } = await start({ files: { 'plugins/shop.ts': `export default { name: 'shop', score: () => 1 }` } })
    await call('cluster.update', { scoreWeights: { shop: 3, resources: 2 } })
    await call('plugins.disable', { name: 'shop' })
    remove('plugins/shop.ts')
    const config = () => [...kernel.state.all('clusterConfigs')][0]
    await until('it to be forgotten', () => config()?.disabledPlugins?.length === 0)
    expect(config()?.scoreWeights).toEqual({ resources: 2 })
  })

  test.each([
    ['runtime', 'RESERVED', 'runtime is built in'],
    ['nobody', 'NOT_FOUND', 'there is no plugin "nobody"'],
  ])('cannot disable %s', async (name, code, detail) => {
    const { call } = await start()
    await expect(call('plugins.disable', { name })).rejects.toMatchObject({ code, message: expect.stringContaining(detail) as unknown })
  })
})

test("Stark's own folder of plugins is not taken for one, and says what to do", async () => {
  const { rows } = await start({ own: 'plugins', files: { 'plugins/extra.ts': rule('extra', 'no') } })
  const outsiders = (await rows()).filter(({ source }) => source !== 'built-in')
  expect(outsiders).toMatchObject([{ source: 'plugins', state: 'failed', reason: expect.stringContaining('STARK_PLUGINS_DIR') as unknown }])
})

test('the room itself leaves nothing when it goes', async () => {
  const ping: Plugin = {
    name: 'ping',
    apply: ({ operations }) =>
      operations.define({
        name: 'ping.get',
        summary: 'Ping',
        http: 'GET /api/ping',
        permission: null,
        input: strict({}),
        output: Type.Unknown(),
        handle: () => ({}),
      }),
  }
  const { kernel } = await start({ files: { 'plugins/shop.ts': rule('shop', 'are shut') }, plugins: [ping] })
  await kernel.disable('drop-ins')
  expect(kernel.plugins.map(({ name }) => name)).not.toContain('shop')
  expect(kernel.operations.get('plugins.list')).toBeUndefined()
  expect(kernel.operations.get('ping.get')).toBeDefined()
})
