/** tapable's hooks do the same interpreted as compiled: order, stages, bails, waterfalls, interceptors and throws. */
import fc from 'fast-check'
import { AsyncSeriesBailHook, AsyncSeriesHook, SyncBailHook, SyncHook, SyncWaterfallHook } from 'tapable'
import { describe, expect, test } from 'vitest'
import { interpret } from '../../kernel/interpret.ts'

interface TapSpec {
  readonly name: string
  readonly stage: number
  readonly answer: number | undefined
  readonly throws: boolean
}
const taps = fc.array(
  fc.record({
    name: fc.constantFrom('a', 'b', 'c', 'd'),
    stage: fc.integer({ min: -2, max: 2 }),
    answer: fc.option(fc.nat(9), { nil: undefined }),
    throws: fc.boolean().map((is) => is && true),
  }),
  { maxLength: 6 },
)

interface AnyHook {
  tap(options: object, fn: (value: number) => unknown): void
  intercept(interceptor: object): void
}
const makers = {
  SyncHook: () => new SyncHook<[number]>(['value']),
  SyncBailHook: () => new SyncBailHook<[number], number>(['value']),
  SyncWaterfallHook: () => new SyncWaterfallHook<[number]>(['value']),
  AsyncSeriesHook: () => new AsyncSeriesHook<[number]>(['value']),
  AsyncSeriesBailHook: () => new AsyncSeriesBailHook<[number], number>(['value']),
}

async function trace(hook: object, specs: readonly TapSpec[], withInterceptor: boolean): Promise<unknown[]> {
  const seen: unknown[] = []
  const tappable = hook as AnyHook
  specs.forEach(({ name, stage, answer, throws }, index) =>
    tappable.tap({ name, stage }, (value) => {
      seen.push([index, value])
      if (throws) throw new Error(`tap ${index}`)
      return answer
    }),
  )
  if (withInterceptor)
    tappable.intercept({
      call: () => seen.push('call'),
      tap: ({ name }: { name: string }) => seen.push(['tap', name]),
      result: (value: unknown) => seen.push(['result', value]),
      done: () => seen.push('done'),
    })
  const callable = hook as { call?: (value: number) => unknown; promise?: (value: number) => Promise<unknown> }
  try {
    seen.push(['returned', hook.constructor.name.startsWith('Async') ? await callable.promise?.(5) : callable.call?.(5)])
  } catch (error) {
    seen.push(['threw', (error as Error).message])
  }
  return seen
}

describe.each(Object.entries(makers))('%s', (_name, make) => {
  test('walks its taps as the compiled one does', async () => {
    await fc.assert(
      fc.asyncProperty(taps, fc.boolean(), async (specs, withInterceptor) => {
        expect(await trace(interpret(make()), specs, withInterceptor)).toEqual(await trace(make(), specs, withInterceptor))
      }),
      { numRuns: 200 },
    )
  })
})

test('taps that are no promises run in the step of the call, before anybody else gets a turn', async () => {
  const hook = interpret(new AsyncSeriesHook<[string[]]>(['seen']))
  hook.tap('first', (seen) => void seen.push('first'))
  hook.tap('second', (seen) => void seen.push('second'))
  hook.tapPromise('store', async (seen) => void seen.push('store'))
  const seen: string[] = []
  const done = hook.promise(seen)
  expect(seen).toEqual(['first', 'second', 'store'])
  await done
})
