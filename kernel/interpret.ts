/**
 * tapable's hooks without its code generator. tapable compiles each hook with `new Function`, which a strict content security
 * policy forbids; here the same taps, stages, order and interceptors are walked by a loop. Everything runs on this one path,
 * in Node.js and in browsers. Hooks are called per kind of pod and per request, never per node, so a loop is fast enough.
 */
import { AsyncSeriesBailHook, AsyncSeriesHook, SyncBailHook, SyncHook, SyncWaterfallHook } from 'tapable'

type Mode = 'plain' | 'bail' | 'waterfall'

interface Tap {
  readonly name: string
  readonly type: 'sync' | 'async' | 'promise'
  readonly fn: (...values: unknown[]) => unknown
}
interface Interceptor {
  readonly call?: (...values: unknown[]) => void
  readonly tap?: (tap: Tap) => void
  readonly error?: (error: unknown) => void
  readonly result?: (value: unknown) => void
  readonly done?: () => void
}
interface Compilation {
  readonly taps: readonly Tap[]
  readonly interceptors: readonly Interceptor[]
  readonly type: 'sync' | 'async' | 'promise'
}
/** The part of a hook that tapable leaves open to be replaced on an instance. */
interface Compilable {
  compile: (compilation: Compilation) => (...values: unknown[]) => unknown
}

/** Gives a hook the interpreter in place of generated code. @returns the same hook */
export function interpret<H extends object>(hook: H): H {
  const mode = modeOf(hook)
  const compilable = hook as unknown as Compilable
  compilable.compile = (compilation) => (compilation.type === 'sync' ? walkSync(compilation, mode) : walkAsync(compilation, mode))
  return hook
}

/** tapable's hooks have no prototype to test for; each names its maker. */
function modeOf({ constructor }: object): Mode {
  if (constructor === SyncBailHook || constructor === AsyncSeriesBailHook) return 'bail'
  if (constructor === SyncWaterfallHook) return 'waterfall'
  if (constructor === SyncHook || constructor === AsyncSeriesHook) return 'plain'
  throw new Error(`no interpreter for ${constructor.name}`)
}

function walkSync({ taps, interceptors }: Compilation, mode: Mode) {
  return (...values: unknown[]): unknown => {
    for (const each of interceptors) each.call?.(...values)
    for (const tap of taps) {
      for (const each of interceptors) each.tap?.(tap)
      const answer = tap.fn(...values)
      if (answer === undefined || mode === 'plain') continue
      if (mode === 'bail') return finish(interceptors, mode, answer)
      values[0] = answer
    }
    return finish(interceptors, mode, mode === 'waterfall' ? values[0] : undefined)
  }
}

/**
 * A tap that is not a promise runs without giving way to anybody: until the first promise tap, a call is as atomic as a
 * synchronous one. `persist` relies on it.
 */
function walkAsync({ taps, interceptors, type }: Compilation, mode: Mode) {
  if (type === 'async') throw new Error('use promise(): callbacks are not interpreted')
  const walk = async (...values: unknown[]): Promise<unknown> => {
    for (const each of interceptors) each.call?.(...values)
    try {
      for (const tap of taps) {
        for (const each of interceptors) each.tap?.(tap)
        const pending = tap.fn(...values)
        const answer = tap.type === 'promise' ? await pending : pending
        if (mode === 'bail' && answer !== undefined) return finish(interceptors, mode, answer)
      }
    } catch (error) {
      for (const each of interceptors) each.error?.(error)
      throw error
    }
    return finish(interceptors, mode, undefined)
  }
  return walk
}

function finish(interceptors: readonly Interceptor[], mode: Mode, answer: unknown): unknown {
  const answered = mode === 'waterfall' || answer !== undefined
  for (const each of interceptors)
    if (answered) each.result?.(answer)
    else each.done?.()
  return answer
}
