/**
 * The daemon: from the environment to a kernel with all plugins, listening. Its first line on stdout says where, unless stdout
 * is a terminal, which gets a banner instead. SIGINT and SIGTERM stop it in order.
 */
import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { Kernel } from '../kernel/index.ts'
import type { DropInsOptions } from './drop-ins/index.ts'
import { daemonOptions, type DaemonOptions } from './environment.ts'
import { hostClock } from './host-clock.ts'
import { hostLog, type HostLog } from './host-log.ts'
import { preset } from './preset.ts'
import { openStore, type Store } from './supabase/store.ts'

const STOP_MAX_MS = 10_000

/** Runs until it is told to stop. @throws Error saying what the environment lacks, or who has the data directory */
export async function main(): Promise<void> {
  const isTerminal = process.stdout.isTTY
  const options = daemonOptions(process.env, isTerminal)
  const log = hostLog(options.logFormat, { hasColour: isTerminal && process.env['NO_COLOR'] === undefined })
  mkdirSync(options.directory, { recursive: true, mode: 0o700 })
  const store = await openStore({
    target: options.target,
    holder: randomUUID(),
    log,
    onStandby: (leader) => log.info('another control plane leads; standing by', { leader }),
  })
  let url = ''
  const setup = {
    directory: options.directory,
    ...(options.setupToken === undefined ? {} : { token: options.setupToken }),
    linkTo: (token: string) => `${url}/#setup=${token}`,
    announce: (link: string) => isTerminal && process.stdout.write(setupBanner(link)),
  }
  const kernel = new Kernel({
    plugins: preset({
      store,
      setup,
      doors: options.doors,
      console: fileURLToPath(new URL('./web', import.meta.url)),
      dropIns: outsideOf(options),
      secrets: { directory: options.directory, texts: options.secretsKeys },
    }),
    clock: hostClock,
    newId: () => randomUUID(),
    log,
  })
  url = await listen(kernel, options)
  process.stdout.write(isTerminal ? banner(url, options) : `${JSON.stringify({ event: 'listening', url })}\n`)
  log.open(process.stdout)
  const stop = stopper(kernel, log)
  onLost(store, log, stop)
  await kernel.start()
  log.info('ready', { revision: kernel.committer.durableRevision, plugins: kernel.plugins.length })
}

const outsideOf = ({ config, pluginsFolder }: DaemonOptions): DropInsOptions => ({
  root: process.cwd(),
  config,
  folder: pluginsFolder,
  // Beside dist/, where this runs: the folder of this very file.
  own: fileURLToPath(new URL('../plugins', import.meta.url)),
  stopwatch: () => performance.now(),
})

function listen(kernel: Kernel, { port, host }: DaemonOptions): Promise<string> {
  const { server, isSecure } = kernel.need('web')
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE' ? new Error(`PORT ${port} is taken: choose another, or 0 for a free one`, { cause: error }) : error,
      ),
    )
    server.listen(port, host, () => {
      const { port: actual } = server.address() as AddressInfo
      const name = host === '127.0.0.1' || host === '::1' ? 'localhost' : host
      resolve(`${isSecure ? 'https' : 'http'}://${name}:${actual}`)
    })
  })
}

function stopper(kernel: Kernel, log: HostLog): (code: number) => void {
  let isStopping = false
  const stop = (code: number): void => {
    if (isStopping) process.exit(code)
    isStopping = true
    log.info('stopping')
    // What hangs is not waited for: everything that was acknowledged is durable already.
    setTimeout(() => process.exit(code), STOP_MAX_MS).unref()
    kernel.stop().then(
      () => process.exit(code),
      (error: unknown) => {
        log.error('could not stop in order', { error: String(error) })
        process.exit(1)
      },
    )
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop(0))
  return stop
}

/** Without its store this process may not decide anything any more: it ends, and whoever keeps it running starts it anew. */
function onLost(store: Store, log: HostLog, stop: (code: number) => void): void {
  store.onLost((error) => {
    log.error('the store is lost; ending', { error: error.message })
    stop(1)
  })
}

const banner = (url: string, { directory }: DaemonOptions): string => `
  Stark is listening on ${url}

  API            ${url}/docs
  data           ${directory}
  log in         npx stark login --server ${url}
  add this node  npx stark node join
  add a page     <script type="module" src="${url}/agent.js"></script><stark-agent></stark-agent>

`
const setupBanner = (link: string): string => `  There is no user yet. Make the first administrator, once:

  npx stark login --setup "${link}"

`
