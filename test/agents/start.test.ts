/** What a start needs and cannot have for now is no fault of the pod's: it is waited for. What it will never have is. */
import { createServer, type RequestListener } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { downloadBundle } from '../../agents/bundle-download.ts'
import { PodRun } from '../../agents/pod-run.ts'
import type { RunningPod } from '../../agents/runtime.ts'
import { WireError } from '../../kernel/wire/client.ts'
import { aPack, aPod } from '../support/builders.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const away = new WireError({ code: 'OFFLINE', detail: 'nobody is there', retryable: true })
const idle: RunningPod = {
  podId: 'p',
  incarnation: 1,
  stop: () => undefined,
  kill: () => undefined,
  message: () => undefined,
  request: () => Promise.resolve(null),
  usage: () => Promise.resolve(undefined),
}

/** @param failures of the first starts, in their order */
function runWith(failures: readonly Error[]) {
  const clock = new VirtualClock()
  const left = [...failures]
  const told: string[] = []
  const startedAt: number[] = []
  const began = clock.now()
  const run = new PodRun({
    pod: aPod({ status: 'scheduled' }),
    clock,
    onChange: () => undefined,
    start: async (_pod, events) => {
      startedAt.push(clock.now() - began)
      const failure = left.shift()
      if (failure) throw failure
      events.onRunning()
      return idle
    },
    ask: <T>(_operation: string, input: object): Promise<T> => {
      const { status, message = '' } = input as { status: string; message?: string }
      told.push(`${status} ${message}`.trim())
      return Promise.resolve({ isCurrent: true } as T)
    },
  })
  return {
    run,
    told,
    startedAt,
    async pass(ms: number) {
      for (let passed = 0; passed <= ms; passed += 500) {
        for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
        clock.advance(500)
      }
    },
  }
}

describe('a pod whose start cannot be made for now', () => {
  test('goes on starting, says why, and is tried again later each time until it runs', async () => {
    const { run, told, startedAt, pass } = runWith(Array.from({ length: 8 }, () => away))
    await pass(150_000)
    expect(startedAt).toEqual([0, 1_000, 3_000, 7_000, 15_000, 31_000, 61_000, 91_000, 121_000])
    expect(new Set(told)).toEqual(new Set(['starting', 'starting nobody is there', 'running']))
    expect(run.status).toBe('running')
  })

  test('has been stopped when it is told to stop meanwhile, and never begins', async () => {
    const { run, told, startedAt, pass } = runWith([away, away])
    await pass(500)
    run.stop('UserStopped', 1_000)
    await pass(60_000)
    expect({ status: run.status, starts: startedAt.length }).toEqual({ status: 'stopped', starts: 1 })
    expect(told.at(-1)).toBe('stopped stopped before it began')
  })

  test('is forgotten without another try when nobody wants it any more', async () => {
    const { run, startedAt, pass } = runWith([away, away])
    await pass(500)
    run.discard()
    await pass(60_000)
    expect(startedAt).toEqual([0])
  })
})

test('a pod whose start can never be made has failed', async () => {
  const { run, told, pass } = runWith([new Error('no such bundle')])
  await pass(1_000)
  expect(run.status).toBe('failed')
  expect(told.at(-1)).toBe('failed no such bundle')
})

describe('a bundle', () => {
  const pack = aPack({ name: 'web', version: '1.0.0', bundle: { path: 'x', sha256: '0'.repeat(64), bytes: 1_000 } })
  const closing: (() => void)[] = []
  afterEach(() => {
    for (const close of closing.splice(0)) close()
  })
  async function downloadFrom(answer: RequestListener): Promise<Uint8Array> {
    const server = createServer(answer)
    await once(server.listen(0, '127.0.0.1'), 'listening')
    closing.push(() => {
      server.close()
      server.closeAllConnections()
    })
    return downloadBundle({ server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, pack, token: 'own' })
  }
  const failure = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error)

  test('is had whole, with the credential of the node', async () => {
    const bytes = await downloadFrom(({ headers }, response) => response.end(headers.authorization))
    expect(new TextDecoder().decode(bytes)).toBe('Bearer own')
  })

  test.each<[string, RequestListener]>([
    [
      'breaks off in the middle',
      (_, response) => response.writeHead(200, { 'content-length': 1_000 }).write('half', () => response.destroy()),
    ],
    ['breaks off without a length', (_, response) => response.writeHead(200).write('half', () => response.destroy())],
    ['is not given before the server is well', (_, response) => response.writeHead(503).end()],
    ['is not given to so many at once', (_, response) => response.writeHead(429).end()],
    ['is of a server that hangs up', (_, response) => response.destroy()],
  ])('that %s can be had later', async (_, answer) => {
    expect(await failure(downloadFrom(answer))).toMatchObject({ name: 'WireError', retryable: true })
  })

  test('that is not there can never be had', async () => {
    const error = await failure(downloadFrom((_, response) => response.writeHead(404).end()))
    expect(error).toEqual(new Error('the bundle of web@1.0.0 cannot be had: the server answered 404'))
  })

  test('that is longer than it can be is not read to its end', async () => {
    let sent = 0
    const pour: RequestListener = (_, response) => {
      const piece = 'x'.repeat(10_000)
      const more = (): void => void response.write(piece, () => ((sent += piece.length), setImmediate(more)))
      more()
    }
    expect(await failure(downloadFrom(pour))).toEqual(new Error('the bundle of web@1.0.0 is longer than the 1000 bytes that it has'))
    expect(sent).toBeLessThan(50_000_000)
  })
})
