/**
 * The plugins from outside that live in the kernel: brought in line, one step after the other, with what the files offer, what an
 * administrator has disabled and what the referees have put out. Whoever cannot stay is named with the reason, and is gone whole.
 */
import type { Plugin, PluginKernel } from '../../kernel/index.ts'
import { guarded } from './guard.ts'
import { Referee, type Counters, type Fault } from './referee.ts'
import type { Failure, Found, Offer } from './sources.ts'

export type ResidentState = 'enabled' | 'disabled' | 'quarantined' | 'failed'

export interface Resident {
  readonly plugin: Plugin
  readonly file: string
  readonly state: ResidentState
  /** Why it is not enabled, or not in its newest version. */
  readonly reason: string | null
  readonly counters: Counters
}
/** What became of a plugin from outside. */
export interface Incident {
  readonly plugin: string
  readonly file: string
  readonly what: ResidentState | 'removed' | 'fault'
  readonly reason: string | null
  readonly fault?: Fault
}

export interface ResidentsOptions {
  readonly kernel: Pick<PluginKernel, 'plugins' | 'enable' | 'disable' | 'clock'>
  readonly stopwatch: () => number
  readonly isDisabled: (name: string) => boolean
  readonly onIncident: (incident: Incident) => void
}

const BY_COMMAND = 'an administrator disabled it: "stark plugin enable NAME" takes that back'

export class Residents {
  readonly #options: ResidentsOptions
  readonly #residents = new Map<string, Resident>()
  #failures: readonly Failure[] = []
  #offers: readonly Offer[] = []
  #turn: Promise<void> = Promise.resolve()
  #isOver = false

  constructor(options: ResidentsOptions) {
    this.#options = options
  }

  /** Those that are there, in the order in which they are offered. */
  get all(): readonly Resident[] {
    return this.#offers.flatMap(({ plugin, file }) => {
      const resident = this.#residents.get(plugin.name)
      return resident?.file === file ? [resident] : []
    })
  }

  /** What is offered and cannot be used. */
  get failures(): readonly Failure[] {
    return this.#failures
  }

  get(name: string): Resident | undefined {
    return this.#residents.get(name)
  }

  /** Makes what is there what is offered. */
  settle(found: Found): Promise<void> {
    return this.#inTurn(() => this.#settle(found))
  }

  /** What an administrator disabled has changed. */
  review(): Promise<void> {
    return this.#inTurn(() => this.#review())
  }

  /** Gives one that was put out another chance. */
  release(name: string): Promise<void> {
    return this.#inTurn(async () => {
      const resident = this.#residents.get(name)
      if (resident?.state === 'quarantined' || resident?.state === 'failed') await this.#admit(resident)
    })
  }

  /** All go, and none comes any more. */
  clear(): Promise<void> {
    this.#isOver = true
    return this.#inTurn(async () => {
      for (const resident of this.#residents.values()) await this.#remove(resident)
    })
  }

  /** One step at a time, whatever the one before it came to. */
  #inTurn(step: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(step)
    this.#turn = done.catch(() => undefined)
    return done
  }

  async #settle({ offers, failures }: Found): Promise<void> {
    if (this.#isOver) return
    const { accepted, refused } = this.#sort(offers)
    this.#fail([...failures, ...refused])
    if (isSame(accepted, this.#offers)) return
    this.#offers = accepted
    const before = new Map(this.#residents)
    for (const resident of before.values()) {
      if (accepted.some(({ plugin }) => plugin === resident.plugin)) continue
      await this.#remove(resident)
      if (!accepted.some(({ plugin }) => plugin.name === resident.plugin.name)) this.#tell(resident, 'removed', null)
    }
    for (const offer of accepted) {
      const known = this.#residents.get(offer.plugin.name)
      // What failed may do now: what it comes after, or was in its way, may have changed.
      if (known === undefined || known.state === 'failed') await this.#replace(before.get(offer.plugin.name), offer)
    }
  }

  /** A version that cannot be enabled leaves the place to the one before it. */
  async #replace(before: Resident | undefined, offer: Offer): Promise<void> {
    const made = await this.#admit(offer)
    if (made.state !== 'failed' || before?.state !== 'enabled') return
    const restored = await this.#admit({ plugin: before.plugin, file: offer.file })
    this.#residents.set(offer.plugin.name, { ...restored, reason: made.reason })
  }

  async #review(): Promise<void> {
    for (const resident of this.#residents.values()) {
      const isDisabled = this.#options.isDisabled(resident.plugin.name)
      if (isDisabled === (resident.state === 'disabled')) continue
      await this.#remove(resident)
      await this.#admit(resident)
    }
  }

  /** Which of what is offered could live together with what is there. */
  #sort(offers: readonly Offer[]): { accepted: Offer[]; refused: Failure[] } {
    const accepted = new Map<string, Offer>()
    const refused: Failure[] = []
    const builtIn = this.#builtIn()
    for (const offer of offers) {
      const { name } = offer.plugin
      const other = accepted.get(name)
      if (builtIn.includes(name))
        refused.push({ file: offer.file, reason: `is called ${name}, as a built-in plugin is: choose another name` })
      else if (other) refused.push({ file: offer.file, reason: `is called ${name}, as the one in ${other.file} is: choose another name` })
      else accepted.set(name, offer)
    }
    return { accepted: [...accepted.values()], refused }
  }

  #builtIn(): string[] {
    const { kernel } = this.#options
    return kernel.plugins().flatMap(({ name }) => (this.#residents.get(name)?.state === 'enabled' ? [] : [name]))
  }

  async #admit({ plugin, file }: Offer): Promise<Resident> {
    const referee = this.#refereeOf(plugin.name, file)
    const resident = { plugin, file, counters: referee.counters, ...(await this.#enable(plugin, referee)) }
    this.#residents.set(plugin.name, resident)
    this.#tell(resident, resident.state, resident.reason)
    return resident
  }

  async #enable(plugin: Plugin, referee: Referee): Promise<Pick<Resident, 'state' | 'reason'>> {
    const { isDisabled, kernel } = this.#options
    if (isDisabled(plugin.name)) return { state: 'disabled', reason: BY_COMMAND }
    const unknown = this.#unknownAmong(plugin.after ?? [])
    if (unknown !== undefined) return { state: 'failed', reason: `comes after "${unknown}", and there is no such plugin: mend "after"` }
    try {
      await kernel.enable(guarded(plugin, referee))
      return { state: 'enabled', reason: null }
    } catch (error) {
      return { state: 'failed', reason: error instanceof Error ? error.message : String(error) }
    }
  }

  #unknownAmong(names: readonly string[]): string | undefined {
    const known = [...this.#options.kernel.plugins(), ...this.#offers.map(({ plugin }) => plugin)].map(({ name }) => name)
    return names.find((name) => !known.includes(name))
  }

  async #remove({ plugin, state }: Resident): Promise<void> {
    this.#residents.delete(plugin.name)
    if (state === 'enabled') await this.#options.kernel.disable(plugin.name)
  }

  #refereeOf(plugin: string, file: string): Referee {
    const { kernel, stopwatch, onIncident } = this.#options
    return new Referee({
      now: () => kernel.clock.now(),
      stopwatch,
      onFault: (fault) => onIncident({ plugin, file, what: 'fault', reason: null, fault }),
      // Not at once: it is being asked something at this moment.
      onOut: (reason) => kernel.clock.after(0, () => this.#inTurn(() => this.#quarantine(plugin, reason))),
    })
  }

  async #quarantine(name: string, reason: string): Promise<void> {
    const resident = this.#residents.get(name)
    if (resident?.state !== 'enabled') return
    await this.#remove(resident)
    const out: Resident = { ...resident, state: 'quarantined', reason }
    this.#residents.set(name, out)
    this.#tell(out, 'quarantined', reason)
  }

  #fail(failures: readonly Failure[]): void {
    const isNews = ({ file, reason }: Failure) => !this.#failures.some((known) => known.file === file && known.reason === reason)
    const news = failures.filter(isNews)
    this.#failures = failures
    for (const { file, reason } of news) this.#options.onIncident({ plugin: nameIn(file), file, what: 'failed', reason })
  }

  #tell({ plugin, file }: Resident, what: Incident['what'], reason: string | null): void {
    this.#options.onIncident({ plugin: plugin.name, file, what, reason })
  }
}

const isSame = (offers: readonly Offer[], others: readonly Offer[]): boolean =>
  offers.length === others.length &&
  offers.every(({ plugin, file }, index) => plugin === others[index]?.plugin && file === others[index].file)

/** What to call a file whose plugin has not said its name. */
export const nameIn = (file: string): string => file.replace(/^.*[/\\]/, '').replace(/\.[cm]?[jt]s$/, '')
