/** What every runtime does, whatever it is made of: the same pack gives the same transcript, and each start has one end. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { FileRuntime } from '../../agents/node/file-runtime.ts'
import { waitFor } from '../support/wait-for.ts'
import { startPod } from './harness.ts'

const AGENT_SECRET = 'an-agent-token-that-no-pod-may-see'

/** How a pack ends its isolate by itself. */
const exits: Record<'node' | 'browser', [string, string, string, string][]> = {
  node: [
    ['exits', `export default () => { process.exit(3) }`, 'ExitedEarly', 'the pod exited with code 3 before its main returned'],
    ['exits as if all were well', `export default () => { process.exit(0) }`, 'ExitedEarly', 'code 0 before its main returned'],
  ],
  browser: [['closes its worker', `export default () => { close() }`, 'ExitedEarly', 'closed its worker before its main returned']],
}

/** In place of a test of what is not there. */
const noTest = (_name: string, _body: () => Promise<void>): void => undefined

export interface RuntimeContract {
  readonly create: () => FileRuntime | Promise<FileRuntime>
  /** What an ended pod's exit says of a kill. */
  readonly killSignal: string | null
  /** What the isolate is: `process` and its streams are there in Node.js only. */
  readonly platform?: 'node' | 'browser'
}

export function runtimeContract(name: string, { create, killSignal, platform = 'node' }: RuntimeContract): void {
  describe(name, () => {
    let runtime: FileRuntime
    beforeAll(async () => {
      process.env.STARK_TEST_SECRET = AGENT_SECRET
      runtime = await create()
    })
    afterAll(async () => {
      delete process.env.STARK_TEST_SECRET
      await runtime.close()
    })
    const start = (source: string, fields = {}) => startPod(runtime, source, fields)
    const onNode = platform === 'node' ? test : noTest

    describe('a pack that does its work', () => {
      test('tells what it does, in order, and its result', async () => {
        const observed = start(
          `export default async function main(context) {
             context.log.info('hello', context.pod.name, { n: 1 })
             console.warn('from the console')
             context.status('half'); context.progress(0.5); context.ready(); context.ready()
             await context.kv.set('k', [1, 2])
             return { greeted: await context.kv.get('k'), missing: (await context.kv.get('other')) === undefined }
           }`,
          { name: 'greeter' },
        )
        const exit = await observed.ended()
        expect(observed.happenings).toEqual(['running', 'status half', 'progress 0.5', 'ready', 'exit succeeded Completed'])
        expect(observed.lines.map(({ level, text }) => `${level} ${text}`)).toEqual(['info hello greeter {"n":1}', 'warn from the console'])
        expect(exit.exit).toEqual({ code: 0, signal: null, result: { greeted: [1, 2], missing: true }, error: null })
      })

      test('sees its env, args and identity, and nothing of the agent', async () => {
        const source = `export default (context) => ({
          env: context.env, args: context.args, pod: context.pod, node: context.node, secrets: context.secrets,
          frozen: [context, context.env, context.pod, context.pod.labels, context.secrets].every(Object.isFrozen), process: { ...globalThis.process?.env } })`
        const fields = {
          name: 'p',
          podId: 'id-1',
          env: { GREETING: 'hi' },
          args: ['a', 'b'],
          attempt: 3,
          labels: { app: 'x' },
          secrets: { key: 'opens' },
        }
        const { exit } = await start(source, fields).ended()
        expect(exit.result).toEqual({
          env: { GREETING: 'hi' },
          args: ['a', 'b'],
          pod: { id: 'id-1', name: 'p', namespace: 'default', labels: { app: 'x' }, attempt: 3 },
          node: { id: 'node-1', name: 'n1' },
          secrets: { key: 'opens' },
          frozen: true,
          process: {},
        })
        expect(JSON.stringify(exit)).not.toContain(AGENT_SECRET)
      })

      onNode('has what it wrote to the standard streams in its log', async () => {
        const observed = start(`export default () => { process.stdout.write('out\\n'); process.stderr.write('err') }`)
        await observed.ended()
        expect(observed.lines.map(({ level, text }) => `${level} ${text}`).toSorted()).toEqual(['error err', 'info out'])
      })

      test('has the same key-value store as its namespace, and another than other namespaces', async () => {
        await start(`export default (context) => context.kv.set('shared', 'yes')`, { namespace: 'one' }).ended()
        const read = `export default async (context) => (await context.kv.get('shared')) ?? null`
        expect((await start(read, { namespace: 'one' }).ended()).exit.result).toBe('yes')
        expect((await start(read, { namespace: 'two' }).ended()).exit.result).toBeNull()
      })

      test('is told with a code what it cannot do', async () => {
        const source = `const codeOf = (work) => work.then(() => 'done', (error) => error.name + ' ' + error.code)
          export default async (context) => [
            await codeOf(context.send('other', 1)), await codeOf(context.request('other', 1)),
            await codeOf(context.fetch('file:///etc/passwd')), await codeOf(context.kv.set('big', 'x'.repeat(70_000)))]`
        const { exit } = await start(source).ended()
        expect(exit.result).toEqual([
          'PackCallError NOT_FOUND',
          'PackCallError NOT_FOUND',
          'PackCallError POLICY_REFUSED',
          'PackCallError LIMIT_EXCEEDED',
        ])
      })

      onNode('reports what it uses while it spins', async () => {
        const observed = start(`export default (context) => { context.log.info('spinning'); for (;;); }`)
        await observed.logged('spinning')
        await observed.pod.usage()
        // One sample may be off by as long as this process was kept from reading it.
        await waitFor('a sample of about a core', async () => {
          const { cpuMillicores = 0 } = (await observed.pod.usage()) ?? {}
          return cpuMillicores > 200 && cpuMillicores < 1500
        })
        observed.pod.kill()
        await observed.ended()
      })
    })

    describe('packs that talk to each other', () => {
      const listener = `export default async (context) => {
        context.on('message', async ({ from, data }) => { context.log.info('heard', data); await context.send(from, { echo: data }) })
        context.on('request', ({ from, data }) => {
          if (data === 'bad') throw new RangeError('not that one')
          return { sum: data.a + data.b, from }
        })
        context.ready(); context.log.info('listening'); await context.sleep(60_000) }`

      test('send messages and get them back, by id and by name', async () => {
        const other = start(listener, { name: 'echo' })
        await other.logged('listening')
        const observed = start(
          `export default (context) => new Promise((resolve) => {
          const heard = []
          context.on('message', ({ from, data }) => { heard.push([from, data]); if (heard.length === 2) resolve(heard) })
          context.send('echo', [1, { two: null }])
          context.send(context.args[0], undefined) })`,
          { args: [other.pod.podId] },
        )
        expect((await observed.ended()).exit.result).toEqual([
          [other.pod.podId, { echo: [1, { two: null }] }],
          [other.pod.podId, { echo: null }],
        ])
        other.pod.kill()
      })

      test('ask and are answered, or told why not', async () => {
        const other = start(listener, { name: 'adder' })
        await other.logged('listening')
        const deaf = start(`export default async (context) => { context.log.info('deaf'); await context.sleep(60_000) }`, { name: 'deaf' })
        await deaf.logged('deaf')
        const observed = start(`export default async (context) => {
          const why = (work) => work.then(() => 'answered', (error) => error.name + ' ' + error.code + ': ' + error.message)
          return [await context.request('adder', { a: 1, b: 2 }), await why(context.request('adder', 'bad')),
            await why(context.request('deaf', 1)), await why(context.request('adder', 'x'.repeat(70_000)))] }`)
        expect((await observed.ended()).exit.result).toEqual([
          { sum: 3, from: observed.pod.podId },
          'PackCallError REQUEST_FAILED: not that one',
          'PackCallError REQUEST_FAILED: the pod does not listen for requests',
          'PackCallError LIMIT_EXCEEDED: the message has 70002 bytes of JSON, and 65536 is the most',
        ])
        other.pod.kill()
        deaf.pod.kill()
      })

      test('are not heard more often than is good for the others', async () => {
        const source = `export default async (context) => {
          const before = performance.now()
          const codes = await Promise.all(Array.from({ length: 200 }, () => context.send('nobody', 1).catch((error) => error.code)))
          const seconds = (performance.now() - before) / 1000
          return [...['NOT_FOUND', 'LIMIT_EXCEEDED'].map((code) => codes.filter((each) => each === code).length), seconds] }`
        const [heard = 0, limited = 0, seconds = 0] = (await start(source).ended()).exit.result as number[]
        expect(heard + limited).toBe(200)
        expect(heard).toBeGreaterThanOrEqual(100)
        // A hundred at once, and a hundred for each second that it took.
        expect(heard).toBeLessThanOrEqual(101 + 100 * seconds)
      })
    })

    describe('a pack that is told to stop', () => {
      test('has a StopError in its signal and its sleep, and ends as stopped', async () => {
        const observed = start(`export default async (context) => {
          context.signal.addEventListener('abort', () => context.log.info(context.signal.reason.name, context.signal.reason.reason, context.signal.reason.graceMs))
          try { context.log.info('asleep'); await context.sleep(60_000) } catch (error) { context.log.info(error.name, error === context.signal.reason); throw error }
        }`)
        await observed.logged('asleep')
        observed.pod.stop('Preempted', 5000)
        const exit = await observed.ended()
        expect(exit).toMatchObject({ status: 'stopped', reason: 'Preempted', exit: { code: 0, signal: null, error: null } })
        expect(observed.text()).toContain('StopError Preempted 5000\nStopError true')
      })

      test('is stopped also when it returns, and keeps its result', async () => {
        const observed = start(`export default (context) => new Promise((resolve) => {
          context.signal.addEventListener('abort', () => resolve('saved')); context.log.info('waiting') })`)
        await observed.logged('waiting')
        observed.pod.stop('UserStopped', 5000)
        expect(await observed.ended()).toMatchObject({ status: 'stopped', reason: 'UserStopped', exit: { result: 'saved' } })
      })

      test('has failed when its cleaning up throws', async () => {
        const observed = start(`export default (context) => new Promise((_, reject) => {
          context.signal.addEventListener('abort', () => reject(new Error('disk full'))); context.log.info('waiting') })`)
        await observed.logged('waiting')
        observed.pod.stop('UserStopped', 5000)
        expect(await observed.ended()).toMatchObject({ status: 'failed', reason: 'Error', exit: { error: { message: 'disk full' } } })
      })

      test('is killed after the grace when it does not listen', async () => {
        const observed = start(`export default (context) => { context.log.info('deaf'); return new Promise(() => {}) }`)
        await observed.logged('deaf')
        observed.pod.stop('UserStopped', 150)
        const exit = await observed.ended()
        expect(exit).toMatchObject({ status: 'stopped', reason: 'UserStopped', exit: { error: { name: 'GracePeriodExceeded' } } })
        expect(exit.exit.signal).toBe(killSignal)
      })

      test('is killed after the grace when it spins', async () => {
        const observed = start(`export default (context) => { context.log.info('spinning'); for (;;); }`)
        await observed.logged('spinning')
        observed.pod.stop('DeadlineExceeded', 100)
        expect(await observed.ended()).toMatchObject({ status: 'stopped', reason: 'DeadlineExceeded' })
      })

      test('keeps the earlier of two deadlines', async () => {
        const observed = start(`export default (context) => { context.log.info('deaf'); return new Promise(() => {}) }`)
        await observed.logged('deaf')
        observed.pod.stop('UserStopped', 100)
        observed.pod.stop('Preempted', 60_000)
        expect(await observed.ended()).toMatchObject({ reason: 'UserStopped' })
      })

      test('never runs when it is told before it is loaded', async () => {
        const observed = start(
          `console.info('loading'); await new Promise((resolve) => setTimeout(resolve, 500))
           export default (context) => context.log.info('ran')`,
        )
        await observed.logged('loading')
        observed.pod.stop('UserStopped', 5000)
        expect(await observed.ended()).toMatchObject({ status: 'stopped', reason: 'UserStopped' })
        expect(observed.text()).toBe('loading')
        expect(observed.happenings).toEqual(['exit stopped UserStopped'])
      })

      test('is killed at once when that is asked', async () => {
        const observed = start(`export default (context) => { context.log.info('deaf'); return new Promise(() => {}) }`)
        await observed.logged('deaf')
        observed.pod.kill()
        expect(await observed.ended()).toMatchObject({ status: 'stopped', reason: 'Killed', exit: { signal: killSignal } })
      })
    })

    describe('a pack that is broken', () => {
      test.each([
        ['throws', `export default () => { throw new RangeError('too far') }`, 'RangeError', 'too far'],
        ['rejects', `export default async () => { throw new TypeError('no such thing') }`, 'TypeError', 'no such thing'],
        ['throws what is no error', `export default () => { throw 'a string' }`, 'Error', 'thrown: a string'],
        [
          'leaves a rejection',
          `export default () => { Promise.reject(new Error('nobody looks')); return new Promise(() => {}) }`,
          'Error',
          'nobody looks',
        ],
        [
          'throws in a timer',
          `export default () => { setTimeout(() => { throw new Error('later') }); return new Promise(() => {}) }`,
          'Error',
          'later',
        ],
        ['overflows its stack', `export default function f() { return f() + 1 }`, 'RangeError', 'Maximum call stack size exceeded'],
        ['returns a cycle', `export default () => { const a = {}; a.a = a; return a }`, 'TypeError', 'Converting circular structure'],
        [
          'returns too much',
          `export default () => 'x'.repeat(65_535)`,
          'ResultTooLarge',
          'main returned 65537 bytes of JSON, and 65536 is the most',
        ],
        ...exits[platform],
      ])('has failed when it %s', async (_, source, name, message) => {
        const { status, reason, exit } = await start(source).ended()
        expect({ status, reason, name: exit.error?.name }).toEqual({ status: 'failed', reason: 'Error', name })
        expect(exit.error?.message).toContain(message)
      })

      test('shows its own stack, without where the agent keeps bundles', async () => {
        const { exit } = await start(`export default function main() {\n  throw new Error('here')\n}`).ended()
        expect(exit.error?.stack).toMatch(/at .*main \(bundle\.mjs:2:9\)/)
        expect(exit.error?.stack).not.toMatch(/\.mjs:2:9.*stark-|[0-9a-f]{64}/)
      })

      test.each([
        ['does not parse', 'export default function {{{', 'SyntaxError'],
        ['is not JavaScript', '\0\0asm binary', 'SyntaxError'],
        ['has no default export', 'export const main = 1', 'TypeError'],
        ['exports no function', 'export default 1', 'TypeError'],
        ['throws while it loads', `throw new Error('early'); export default () => 1`, 'Error'],
        ['imports what is not in it', `import 'left-pad'; export default () => 1`, platform === 'node' ? 'Error' : 'TypeError'],
      ])('cannot be loaded when it %s', async (_, source, name) => {
        const observed = start(source)
        expect(await observed.ended()).toMatchObject({ status: 'failed', reason: 'PackLoadError', exit: { error: { name } } })
        expect(observed.happenings).not.toContain('running')
        expect(JSON.stringify(observed.exits)).not.toMatch(/stark-|[0-9a-f]{64}/)
      })

      onNode('costs only itself when it fills its heap', async () => {
        const source = `export default () => { const kept = []; for (;;) kept.push(new Array(1000).fill(kept.length)) }`
        expect(await start(source, { memoryLimitMb: 64 }).ended()).toMatchObject({ status: 'failed', reason: 'OOMKilled' })
      })

      test('loses the lines of a flood, and is told how many', async () => {
        const observed = start(
          `export default (context) => {
            const before = performance.now()
            for (let i = 0; i < 50_000; i++) context.log.info('line ' + i); context.log.error('last')
            return (performance.now() - before) / 1000 }`,
        )
        const { status, exit } = await observed.ended()
        expect(status).toBe('succeeded')
        const dropped = [...observed.text().matchAll(/^(\d+) lines dropped/gm)].reduce((sum, [, count]) => sum + Number(count), 0)
        const kept = observed.lines.filter(({ text }) => !text.includes('dropped'))
        expect(kept.length + dropped).toBe(50_001)
        // Two thousand at once, and two thousand for each second that it took.
        expect(kept.length).toBeLessThanOrEqual(2_001 + 2_000 * (exit.result as number))
        expect(kept[0]?.text).toBe('line 0')
      })

      test('has a line cut that is too long', async () => {
        const observed = start(`export default () => console.log('x'.repeat(100_000))`)
        await observed.ended()
        expect(observed.lines[0]?.text).toHaveLength(8192)
        expect(observed.lines[0]?.text).toMatch(/characters cut$/)
      })
    })

    test('a pod whose bundle is not there ends once, as a start that failed', async () => {
      const observed = start('export default () => 1', { bundlePath: '/nowhere/bundle.mjs' })
      const exit = await observed.ended()
      expect(exit.status).toBe('failed')
      expect(['StartError', 'PackLoadError']).toContain(exit.reason)
    })

    test('pods that start at once have one end each', async () => {
      const all = Array.from({ length: 6 }, (_, index) => start(`export default () => ${index}`))
      const results = await Promise.all(all.map(async (observed) => (await observed.ended()).exit.result))
      expect(results).toEqual([0, 1, 2, 3, 4, 5])
      expect(all.map(({ exits }) => exits.length)).toEqual([1, 1, 1, 1, 1, 1])
    })

    test('closing ends every pod, and nothing starts afterwards', async () => {
      const other = await create()
      const observed = startPod(other, `export default () => { for (;;); }`)
      await observed.running()
      await other.close()
      expect(observed.exits).toMatchObject([{ status: 'stopped', reason: 'Killed' }])
      expect(await startPod(other, 'export default () => 1').ended()).toMatchObject({ status: 'failed', reason: 'StartError' })
    })
  })
}
