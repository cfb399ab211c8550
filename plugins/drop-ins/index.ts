/**
 * Plugins from outside: files that are dropped into a running cluster, changed and taken away again, without a trace. Each is
 * compiled, enabled behind a guard, and put out when it fails too often; what became of it is in the list of plugins.
 * Taps load, so that they decide about the first pod already. Adds the operations of plugins, and provides the service dropIns.
 */
import type { LogLevel, Plugin, PluginKernel } from '../../kernel/index.ts'
import { defineOperations } from './operations.ts'
import { Residents, type Incident } from './residents.ts'
import { rowsOf } from './rows.ts'
import { disabledIn, forget } from './settings.ts'
import { Sources, type Places } from './sources.ts'
import { Watcher } from './watcher.ts'

/** After a fault, pods that it may have kept waiting are looked at again. */
const RECONSIDER_MS = 1_000

export interface DropInsOptions extends Places {
  /** ms that only ever grow, in fractions */
  readonly stopwatch: () => number
}

type Listener = (incident: Incident) => void

export const dropIns = ({ stopwatch, ...places }: DropInsOptions): Plugin => ({
  name: 'drop-ins',
  after: ['supabase', 'cluster'],
  apply(kernel) {
    const listeners: Listener[] = [writing(kernel), reconsidering(kernel), forgetting(kernel)]
    const residents = new Residents({
      kernel,
      stopwatch,
      isDisabled: (name) => disabledIn(kernel).includes(name),
      onIncident: (incident) => listeners.forEach((listener) => listener(incident)),
    })
    const sources = new Sources(places)
    const look = async (): Promise<void> => {
      await residents.settle(await sources.find())
      watcher.follow(sources.folders)
    }
    const watcher = new Watcher(kernel.clock, complainingOnce(kernel, look))
    kernel.hooks.load.tapPromise('drop-ins', complainingOnce(kernel, look))
    kernel.onDurable(({ changes }) => (changes.some(({ kind }) => kind === 'clusterConfigs') ? residents.review() : undefined))
    kernel.onStop(() => {
      watcher.close()
      return residents.clear()
    })
    const list = () => rowsOf(kernel.plugins(), residents)
    kernel.provide('dropIns', { list, onIncident: (listener) => listeners.push(listener) })
    defineOperations(kernel, { residents, list })
  },
})

const SAYS: Readonly<Record<Incident['what'], readonly [LogLevel, string]>> = {
  enabled: ['info', 'a plugin was enabled'],
  disabled: ['info', 'a plugin is disabled'],
  removed: ['info', 'a plugin was removed'],
  failed: ['warn', 'a plugin cannot be used'],
  fault: ['warn', 'a plugin failed'],
  quarantined: ['warn', 'a plugin is quarantined'],
}

const writing =
  ({ log }: PluginKernel): Listener =>
  ({ what, plugin, file, reason, fault }) => {
    const [level, message] = SAYS[what]
    const { error, ...told } = fault ?? {}
    log[level](message, {
      plugin,
      file,
      ...(reason === null ? {} : { reason }),
      ...told,
      ...(error instanceof Error ? { stack: error.stack } : {}),
    })
  }

function reconsidering({ clock, scheduler }: PluginKernel): Listener {
  let isComing = false
  return ({ what }) => {
    if (what !== 'fault' || isComing) return
    isComing = true
    clock.after(RECONSIDER_MS, () => {
      isComing = false
      scheduler.reconsider()
    })
  }
}

const forgetting =
  (kernel: PluginKernel): Listener =>
  ({ what, plugin }) => {
    if (what === 'removed') kernel.clock.after(0, () => forget(kernel, plugin))
  }

/** What cannot be read now may be readable at the next look: it is said when it begins, and nothing is changed meanwhile. */
function complainingOnce({ log }: PluginKernel, look: () => Promise<void>): () => Promise<void> {
  let trouble: string | undefined
  return async () => {
    try {
      await look()
      trouble = undefined
    } catch (error) {
      if (trouble !== String(error)) log.error('plugins from outside cannot be looked for', { error: String(error) })
      trouble = String(error)
    }
  }
}
