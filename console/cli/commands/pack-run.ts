/** pack run: a pack on this machine, without a cluster, and again whenever a file of it changes; or once, with --once. */
import { watch } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { Command } from 'commander'
import type { LocalRuntime } from '../../../agents/node/local-run.ts'
import type { LogLine, PodExit } from '../../../agents/runtime.ts'
import { Failure } from '../failure.ts'
import { addPair } from '../flags.ts'
import { Runner } from '../pack/runner.ts'
import { examples, optionsOf, type Shell } from '../shell.ts'
import { signalled } from '../signalled.ts'
import { printable, type Terminal } from '../terminal.ts'
import { collect, typed } from '../typed.ts'

/** Editors write a file in several steps. */
const SETTLE_MS = 150
const IGNORED = /(^|[\\/])(node_modules|dist|\.git)([\\/]|$)/

interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly arg?: readonly string[]
  readonly once?: boolean
}

export function addPackRun(group: Command, shell: Shell): void {
  const run = group
    .command('run')
    .description('run a pack here, without a cluster; again after each change, until Ctrl-C')
    .argument('[dir]', 'the folder with its package.json', '.')
    .option('--env <key=value>', 'a variable of context.env (may be repeated)', typed(addPair))
    .option('--arg <text>', 'an entry of context.args (may be repeated)', collect)
    .option('--once', 'until it has ended, and with its outcome as exit code')
    .action((folder: string, _: unknown, command: Command) => runFolder(shell, folder, optionsOf<RunOptions>(command)))
  examples(run, 'stark pack run', 'stark pack run ./adder --once --arg 1 --arg 41')
}

async function runFolder({ terminal }: Shell, folder: string, { env = {}, arg = [], once = false }: RunOptions): Promise<void> {
  const workFolder = await mkdtemp(path.join(os.tmpdir(), 'stark-run-'))
  // The pod's user reads its bundle there, when this is root's terminal.
  await chmod(workFolder, 0o755)
  const runtime = await openRuntime()
  const runner = new Runner({
    folder,
    workFolder,
    runtime,
    env,
    args: arg,
    onLog: (line) => show(terminal, line),
    onStatus: (text) => terminal.note(terminal.paintNote('dim', printable(text))),
  })
  try {
    if (once) mustHaveSucceeded(terminal, await runner.run())
    else await runAgainAndAgain(terminal, { runner, folder })
  } finally {
    await runtime.close()
    await rm(workFolder, { recursive: true, force: true })
  }
}

async function openRuntime(): Promise<LocalRuntime> {
  const agent = (await import(new URL('./agent.mjs', import.meta.url).href)) as { openLocalRuntime: () => Promise<LocalRuntime> }
  return agent.openLocalRuntime()
}

function mustHaveSucceeded(terminal: Terminal, { status, reason, exit }: PodExit): void {
  if (exit.result !== null) terminal.line(JSON.stringify(exit.result, null, 2))
  if (status === 'succeeded') return
  throw new Failure('podFailed', `it ${status}: ${reason}`, {
    fields: exit.error ? [printable(exit.error.stack || exit.error.message)] : [],
  })
}

async function runAgainAndAgain(terminal: Terminal, { runner, folder }: { runner: Runner; folder: string }): Promise<void> {
  const changes = new Changes(folder)
  const told = signalled().then(() => 'told' as const)
  try {
    for (let news: 'changed' | 'told' = 'changed'; news === 'changed';) {
      const running = runOnce(terminal, runner)
      news = await Promise.race([changes.next(), told])
      if (news === 'changed') terminal.note(terminal.paintNote('dim', 'changed; running it again'))
      runner.stop(news === 'changed' ? 'Reloaded' : 'UserStopped')
      await running
    }
  } finally {
    changes.close()
  }
}

/** What is wrong with it is told, and the next change may mend it. */
async function runOnce(terminal: Terminal, runner: Runner): Promise<void> {
  try {
    const { status, reason, exit } = await runner.run()
    const said = exit.error ? `\n${exit.error.stack || exit.error.message}` : ''
    terminal.note(printable(`${status}: ${reason}${said}`))
    if (exit.result !== null) terminal.line(JSON.stringify(exit.result, null, 2))
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    terminal.note(printable(error.message))
  }
}

const COLOURS = { debug: 'dim', info: undefined, warn: 'yellow', error: 'red' } as const

function show(terminal: Terminal, { level, text }: LogLine): void {
  const colour = COLOURS[level]
  terminal.line(colour === undefined ? printable(text) : terminal.paint(colour, printable(text)))
}

/** Changes of the files in a folder, several that come together as one. */
class Changes {
  readonly #watcher: ReturnType<typeof watch>
  #timer: NodeJS.Timeout | undefined
  #onChange: (news: 'changed') => void = () => undefined

  constructor(folder: string) {
    this.#watcher = watch(folder, { recursive: true }, (_event, file) => {
      if (file !== null && IGNORED.test(file)) return
      clearTimeout(this.#timer)
      this.#timer = setTimeout(() => this.#onChange('changed'), SETTLE_MS)
    })
  }

  next(): Promise<'changed'> {
    return new Promise((resolve) => (this.#onChange = resolve))
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#watcher.close()
  }
}
