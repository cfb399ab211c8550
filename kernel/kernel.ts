/**
 * Wires the parts together and owns the plugins' life. It names no feature and has no clock, chance or I/O of its own: all
 * three are handed in, so the same kernel runs in Node.js, in a browser and in a simulation.
 */
import { Committer } from './commit.ts'
import type { Origin } from './changes.ts'
import type { Clock } from './clock.ts'
import { DECIDING, runFork, type Fork } from './fork.ts'
import { freeze } from './freeze.ts'
import { createHooks, type Hooks } from './hooks.ts'
import type { Log } from './log.ts'
import { Operations } from './operations.ts'
import { inOrder } from './order.ts'
import type { Plugin, PluginStatus, Services as Known } from './plugin.ts'
import { PluginHost, type Parts } from './plugin-host.ts'
import { Scheduler } from './scheduling/scheduler.ts'
import type { Entity } from './schema/index.ts'
import { Services } from './services.ts'
import { State } from './state.ts'
import type { Transaction } from './transaction.ts'

export interface KernelOptions {
  readonly plugins: readonly Plugin[]
  readonly clock: Clock
  /** A new uuid. */
  readonly newId: () => string
  readonly log: Log
}

export class Kernel {
  readonly state = new State()
  readonly operations = new Operations(() => this.#isReady)
  readonly committer: Committer
  readonly scheduler: Scheduler
  readonly #services = new Services()
  readonly #parts: Parts
  #hosts: PluginHost[] = []
  #hooks: Hooks = createHooks()
  #isReady = false

  /** @throws Error when plugins conflict or one cannot be enabled; it is named */
  constructor({ plugins, clock, log, newId }: KernelOptions) {
    const { state, operations } = this
    const hooks = () => this.#hooks
    this.committer = new Committer({ state, hooks, clock, newId, log })
    this.scheduler = new Scheduler({ state, committer: this.committer, hooks, clock, log })
    this.#parts = {
      state,
      operations,
      committer: this.committer,
      scheduler: this.scheduler,
      services: this.#services,
      clock,
      log,
      newId,
      hooks,
      fork: (use) => this.fork(use),
      plugins: () => this.plugins,
      enable: (plugin) => this.enable(plugin),
      disable: (name) => this.disable(name),
      isReady: () => this.#isReady,
    }
    for (const plugin of inOrder(plugins)) this.#apply(plugin)
    this.#rebuild()
  }

  get plugins(): readonly PluginStatus[] {
    return this.#hosts.map(({ status }) => status)
  }

  get hooks(): Hooks {
    return this.#hooks
  }

  get isReady(): boolean {
    return this.#isReady
  }

  /** Loads what the store holds, then begins to schedule and to serve. */
  async start(): Promise<void> {
    const loading = {
      revision: 0,
      put: (kind: string, records: readonly Entity[]) => {
        if (!this.state.has(kind)) return
        const { table, shape } = this.state.kind(kind)
        for (const record of records) table.set(record.id, freeze(shape.make(record) as unknown as Entity))
      },
    }
    await this.#hooks.load.promise(loading)
    this.state.flush()
    this.committer.begin(loading.revision)
    this.scheduler.start()
    this.#isReady = true
    for (const host of this.#hosts) await host.start()
  }

  async stop(): Promise<void> {
    this.#isReady = false
    this.scheduler.stop()
    for (const host of this.#hosts.toReversed()) await host.stop()
    this.#hosts = []
  }

  /** Adds a plugin to a running kernel, or to one that is loading. @throws Error naming it, with nothing of it left */
  async enable(plugin: Plugin): Promise<void> {
    const order = inOrder([...this.#hosts.map((host) => host.plugin), plugin])
    const host = this.#apply(plugin)
    this.#hosts.sort((a, b) => order.indexOf(a.plugin) - order.indexOf(b.plugin))
    this.#rebuild()
    if (this.#isReady) await host.start()
  }

  /** Takes a plugin out, with all that it did. */
  async disable(name: string): Promise<void> {
    const host = this.#hosts.find(({ plugin }) => plugin.name === name)
    if (!host) throw new Error(`no plugin ${name} is enabled`)
    this.#hosts = this.#hosts.filter((each) => each !== host)
    // First, so that nobody asks it any more while it stops.
    this.#rebuild()
    await host.stop()
  }

  commit<T>(origin: Origin, write: (transaction: Transaction) => T): Promise<T> {
    return this.committer.commit(origin, write)
  }

  /** A copy of the cluster to try things on, with the same rules and a scheduler of its own; it ends when `use` returns. */
  fork<T>(use: (fork: Fork) => T): T {
    const deciding = this.#hosts.filter(({ status }) => status.hooks.some((hook) => (DECIDING as readonly string[]).includes(hook)))
    const plugins = deciding.map(({ plugin }) => plugin)
    return runFork({ state: this.state, services: this.#services, plugins, now: this.#parts.clock.now() }, use)
  }

  need<S extends keyof Known>(name: S): Known[S] {
    return this.#services.need('the kernel', name)
  }

  #apply(plugin: Plugin): PluginHost {
    const host = new PluginHost(plugin, this.#parts)
    host.apply()
    this.#hosts.push(host)
    return host
  }

  /** tapable cannot untap: each change of plugins is a new set of hooks, swapped in at once. */
  #rebuild(): void {
    const hooks = createHooks()
    this.operations.renew()
    const { authenticate, authorize, replay, meter, settled } = this.operations
    for (const host of this.#hosts) host.tapInto({ ...hooks, authenticate, authorize, replay, meter, settled })
    this.#hooks = hooks
    this.scheduler.reconsider()
  }
}
