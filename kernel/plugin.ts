/**
 * What a plugin is, and the kernel as a plugin sees it. Everything that a plugin does through this face is undone when it is
 * disabled: its taps, operations, kinds, services, listeners and timers.
 */
import type { ChangeSet, Origin } from './changes.ts'
import type { Extension } from './extension.ts'
import type { Fork } from './fork.ts'
import type { Hooks } from './hooks.ts'
import type { Log } from './log.ts'
import type { Operation, Operations } from './operations.ts'
import type { Scheduler } from './scheduling/scheduler.ts'
import type { Entity, KindName } from './schema/index.ts'
import type { KindDefinition, Reader, State } from './state.ts'
import type { Transaction } from './transaction.ts'
import type { TObject, TProperties, TSchema } from 'typebox'

export interface Plugin {
  readonly name: string
  /** Plugins that come before this one when they are enabled too. */
  readonly after?: readonly string[]
  /** Called when it is enabled, and, if it decides, once more for each fork: what it remembers belongs inside. */
  apply(kernel: PluginKernel): void
}

/** One implementer, many users; a plugin that provides one widens this interface by declaration merging. */
// oxlint-disable-next-line typescript/no-empty-object-type -- open for declaration merging
export interface Services {}

/** The kernel's clock, whose runs may also take their time: what they throw is logged under the plugin's name. */
export interface PluginClock {
  readonly now: () => number
  readonly after: (ms: number, run: () => void | Promise<void>) => () => void
  readonly every: (ms: number, run: () => void | Promise<void>) => () => void
}

export interface PluginKernel {
  readonly hooks: Hooks
  readonly operations: {
    define<I extends TObject, O extends TSchema>(operation: Operation<I, O>): void
    /** Adds parameters to another plugin's operation. @throws Error when there is none, or another plugin extends it */
    extend<P extends TProperties, O extends TSchema>(name: string, extension: Extension<P, O>): void
  } & Pick<
    Operations,
    'authenticate' | 'authorize' | 'replay' | 'meter' | 'settled' | 'all' | 'get' | 'judge' | 'run' | 'identify' | 'allow'
  >
  readonly kinds: { define<T extends Entity>(name: KindName, definition: KindDefinition<T>): void }
  /** The cluster as it stands, for whoever decides. */
  readonly state: State
  /** The cluster as it is durable, for whoever answers a caller. */
  readonly durable: Reader
  readonly scheduler: Pick<Scheduler, 'usageOf' | 'judge' | 'pending' | 'reconsider' | 'measure'>
  readonly clock: PluginClock
  readonly log: Log
  readonly newId: () => string
  /** The newest durable revision. */
  readonly revision: () => number
  readonly commit: <T>(origin: Origin, write: (transaction: Transaction) => T) => Promise<T>
  readonly onApplied: (listener: (changeSet: ChangeSet) => void | Promise<void>) => void
  readonly onDurable: (listener: (changeSet: ChangeSet) => void | Promise<void>) => void
  /** Runs once everything is loaded, in the order of the plugins. */
  readonly onStart: (run: () => void | Promise<void>) => void
  /** Runs when the kernel stops or the plugin is disabled, in reverse order. */
  readonly onStop: (run: () => void | Promise<void>) => void
  readonly provide: <S extends keyof Services>(name: S, service: Services[S]) => void
  /** @throws Error when no enabled plugin provides it */
  readonly need: <S extends keyof Services>(name: S) => Services[S]
  /** Tries out what would be, on a copy of the cluster that ends when `use` returns. See fork.ts for what holds in it. */
  readonly fork: <T>(use: (fork: Fork) => T) => T
  /** Enabled plugins, in order. */
  readonly plugins: () => readonly PluginStatus[]
  /** Adds a plugin to this kernel. @throws Error naming it, with nothing of it left */
  readonly enable: (plugin: Plugin) => Promise<void>
  /** Takes a plugin out, with all that it did. */
  readonly disable: (name: string) => Promise<void>
  /** Whether the state is loaded and the scheduler runs. */
  readonly isReady: () => boolean
}

export interface PluginStatus {
  readonly name: string
  readonly after: readonly string[]
  /** What it taps, by hook. */
  readonly hooks: readonly string[]
  /** Under which names it scores: what a weight can be given to. */
  readonly scores: readonly string[]
}
