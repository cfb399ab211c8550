/** A cluster with a folder for plugins from outside, whose files the test writes, and whose stopwatch it moves. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Plugin } from '../../../kernel/index.ts'
import { dropIns } from '../../../plugins/drop-ins/index.ts'
import type { Incident } from '../../../plugins/drop-ins/residents.ts'
import type { PluginRow } from '../../../plugins/drop-ins/rows.ts'
import { startCluster, type Cluster } from '../../support/cluster.ts'
import type { MemoryStore } from '../../support/memory-store.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { waitFor } from '../../support/wait-for.ts'

/** How often the folder is looked at without a hint. */
const LOOK_MS = 2_000

export interface Outside extends Cluster {
  readonly root: string
  readonly incidents: Incident[]
  /** Writes a file, by its path from where the server runs. */
  write(file: string, source: string): void
  remove(file: string): void
  /** Looks at the files until this is true. */
  until<T>(description: string, probe: () => T | undefined | false): Promise<T>
  rows(): Promise<PluginRow[]>
  row(name: string): Promise<PluginRow | undefined>
}

export interface OutsideOptions {
  readonly files?: Readonly<Record<string, string>>
  readonly plugins?: Plugin[]
  readonly stopwatch?: () => number
  readonly store?: MemoryStore
  readonly root?: string
  /** Stark's own folder of plugins, from the root. */
  readonly own?: string
}

export async function startOutside({
  files = {},
  plugins = [],
  stopwatch = () => 0,
  store,
  root = temporaryFolder('outside'),
  own = 'own',
}: OutsideOptions = {}): Promise<Outside> {
  const write = (file: string, source: string): void => {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true })
    writeFileSync(path.join(root, file), source)
  }
  for (const [file, source] of Object.entries(files)) write(file, source)
  const room = dropIns({ root, config: undefined, folder: path.join(root, 'plugins'), own: path.join(root, own), stopwatch })
  const incidents: Incident[] = []
  const listener: Plugin = {
    name: 'listener',
    after: ['drop-ins'],
    apply: ({ need }) => need('dropIns').onIncident((each) => incidents.push(each)),
  }
  const cluster = await startCluster({ ...(store ? { store } : {}), plugins: [room, listener, ...plugins] })
  // Time flies in these tests, and nobody sends heartbeats.
  await cluster.call('cluster.update', { heartbeatTimeoutMs: 3_600_000 })
  const rows = async () => (await cluster.call<{ items: PluginRow[] }>('plugins.list')).items
  return {
    ...cluster,
    root,
    incidents,
    write,
    remove: (file) => rmSync(path.join(root, file)),
    until: (description, probe) =>
      waitFor(description, async () => {
        await cluster.pass(LOOK_MS)
        return probe()
      }),
    rows,
    row: async (name) => (await rows()).find((each) => each.name === name),
  }
}
