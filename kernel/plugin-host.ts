/**
 * Hosts one plugin: gives it its face of the kernel, remembers all that it does through it, and undoes it when it goes.
 * What it throws later, in a listener or a timer, is logged under its name and stops nobody else.
 */
import { effectScope, type EffectScope } from '@vue/reactivity'
import type { Committer } from './commit.ts'
import type { Clock } from './clock.ts'
import type { Extension } from './extension.ts'
import type { Fork } from './fork.ts'
import type { HookName, Hooks } from './hooks.ts'
import type { Log } from './log.ts'
import type { Operations } from './operations.ts'
import type { Plugin, PluginClock, PluginKernel, PluginStatus } from './plugin.ts'
import type { Scheduler } from './scheduling/scheduler.ts'
import type { Services } from './services.ts'
import type { State } from './state.ts'

/** The parts of the kernel that every plugin shares. */
export interface Parts {
  readonly state: State
  readonly committer: Committer
  readonly operations: Operations
  readonly services: Services
  readonly scheduler: Scheduler
  readonly clock: Clock
  readonly log: Log
  readonly newId: () => string
  readonly hooks: () => Hooks
  readonly fork: <T>(use: (fork: Fork) => T) => T
  readonly plugins: () => readonly PluginStatus[]
  readonly enable: (plugin: Plugin) => Promise<void>
  readonly disable: (name: string) => Promise<void>
  readonly isReady: () => boolean
}

type Run = () => void | Promise<void>

interface Tapped {
  readonly hook: HookName | OperationHook
  readonly method: 'tap' | 'tapPromise'
  readonly options: unknown
  readonly fn: unknown
}
const OPERATION_HOOKS = ['authenticate', 'authorize', 'replay', 'meter', 'settled'] as const
type OperationHook = (typeof OPERATION_HOOKS)[number]
interface Tappable {
  tap(options: unknown, fn: unknown): void
  tapPromise(options: unknown, fn: unknown): void
}

export class PluginHost {
  readonly plugin: Plugin
  readonly #parts: Parts
  readonly #scope: EffectScope = effectScope(true)
  readonly #taps: Tapped[] = []
  readonly #undo: (() => void)[] = []
  /** What ends those that are still to come: calls and connections start and cancel more of them than could be remembered. */
  readonly #timers = new Set<() => void>()
  readonly #onStart: Run[] = []
  readonly #onStop: Run[] = []
  #hasStarted = false
  #hasStopped = false

  constructor(plugin: Plugin, parts: Parts) {
    this.plugin = plugin
    this.#parts = parts
  }

  get status(): PluginStatus {
    return {
      name: this.plugin.name,
      after: this.plugin.after ?? [],
      hooks: [...new Set(this.#taps.map(({ hook }) => hook))],
      scores: this.#taps.filter(({ hook }) => hook === 'score').map(({ options }) => nameOf(options)),
    }
  }

  /** @throws Error naming the plugin when its apply throws, with nothing of it left */
  apply(): void {
    try {
      this.#scope.run(() => this.plugin.apply(this.#face()))
    } catch (error) {
      this.#remove()
      throw new Error(`plugin ${this.plugin.name} could not be enabled: ${messageOf(error)}`, { cause: error })
    }
  }

  /** Repeats its taps on a new set of hooks. */
  tapInto(targets: Readonly<Record<string, unknown>>): void {
    for (const { hook, method, options, fn } of this.#taps) (targets[hook] as Tappable)[method](options, fn)
  }

  /** Once, whoever asks: the kernel as it starts, or whoever enabled the plugin meanwhile. */
  async start(): Promise<void> {
    if (this.#hasStarted) return
    this.#hasStarted = true
    for (const run of this.#onStart) await run()
  }

  /** Once, as `start`. */
  async stop(): Promise<void> {
    if (this.#hasStopped) return
    this.#hasStopped = true
    for (const run of this.#onStop.toReversed()) await this.#contain('stopping', run)
    this.#remove()
  }

  #remove(): void {
    this.#scope.stop()
    for (const cancel of this.#timers) cancel()
    for (const undo of this.#undo.toReversed()) undo()
    this.#undo.length = 0
    this.#taps.length = 0
  }

  #face(): PluginKernel {
    const { state, committer, services, scheduler, log, newId } = this.#parts
    const { name } = this.plugin
    return {
      hooks: this.#recorder(['admit', 'filter', 'score', 'preempt', 'persist', 'load']) as unknown as Hooks,
      operations: this.#operations(),
      kinds: {
        define: (kind, definition) => {
          state.define(kind, definition)
          this.#undo.push(() => state.remove(kind))
        },
      },
      state,
      durable: committer.durable,
      scheduler,
      clock: this.#clock(),
      log,
      newId,
      revision: () => committer.durableRevision,
      commit: (origin, write) => committer.commit(origin, write),
      onApplied: (listener) =>
        this.#undo.push(committer.onApplied((changeSet) => void this.#contain('applied', () => listener(changeSet)))),
      onDurable: (listener) =>
        this.#undo.push(committer.onDurable((changeSet) => void this.#contain('durable', () => listener(changeSet)))),
      onStart: (run) => this.#onStart.push(run),
      onStop: (run) => this.#onStop.push(run),
      provide: (service, implementation) => {
        services.provide(name, service, implementation)
        this.#undo.push(() => services.remove(service))
      },
      need: (service) => services.need(name, service),
      fork: this.#parts.fork,
      plugins: this.#parts.plugins,
      enable: this.#parts.enable,
      disable: this.#parts.disable,
      isReady: this.#parts.isReady,
    }
  }

  #operations(): PluginKernel['operations'] {
    const { operations } = this.#parts
    return {
      ...(this.#recorder(OPERATION_HOOKS) as unknown as Pick<Operations, OperationHook>),
      define: (operation) => {
        operations.define(this.plugin.name, operation)
        this.#undo.push(() => operations.remove(operation.name))
      },
      extend: (name, extension) => this.#undo.push(operations.extend(this.plugin.name, name, extension as unknown as Extension)),
      all: () => operations.all(),
      get: (name) => operations.get(name),
      judge: (operation, credential) => operations.judge(operation, credential),
      identify: (credential) => operations.identify(credential),
      allow: (operation, who) => operations.allow(operation, who),
      run: (operation, input, call) => operations.run(operation, input, call),
    }
  }

  /** Hooks that only remember who taps them: they are tapped for real whenever a new set is built. */
  #recorder(names: readonly Tapped['hook'][]): Record<string, Tappable> {
    const record =
      (hook: Tapped['hook'], method: Tapped['method']) =>
      (options: unknown, fn: unknown): void => {
        this.#taps.push({ hook, method, options, fn })
      }
    return Object.fromEntries(names.map((hook) => [hook, { tap: record(hook, 'tap'), tapPromise: record(hook, 'tapPromise') }]))
  }

  #clock(): PluginClock {
    const { clock } = this.#parts
    const owned = (cancel: () => void): (() => void) => {
      const end = (): void => {
        this.#timers.delete(end)
        cancel()
      }
      this.#timers.add(end)
      return end
    }
    const contained = (run: Run) => () => void this.#contain('a timer', run)
    return {
      now: () => clock.now(),
      after: (ms, run) => {
        const end = owned(
          clock.after(ms, () => {
            this.#timers.delete(end)
            contained(run)()
          }),
        )
        return end
      },
      every: (ms, run) => owned(clock.every(ms, contained(run))),
    }
  }

  async #contain(where: string, run: Run): Promise<void> {
    try {
      await run()
    } catch (error) {
      const stack = error instanceof Error ? error.stack : undefined
      this.#parts.log.error('a plugin failed', { plugin: this.plugin.name, where, error: messageOf(error), stack })
    }
  }
}

/** tapable takes a name, or options with one. */
const nameOf = (options: unknown): string => (typeof options === 'string' ? options : (options as { readonly name: string }).name)

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
