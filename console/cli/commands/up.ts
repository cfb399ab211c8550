/** up: a control plane in this process. Its options become the environment that the daemon reads. */
import { Option, type Command } from 'commander'
import { exitCodes } from '../failure.ts'
import { loadModule } from '../load-module.ts'
import { examples, optionsOf, type Shell } from '../shell.ts'

interface UpOptions {
  readonly port?: string
  readonly host?: string
  readonly data?: string
  readonly log?: string
  readonly tracing?: string
}

export function addUp(program: Command, shell: Shell): void {
  const up = program
    .command('up')
    .description('start a control plane here')
    .option('--port <port>', 'where it listens, 8600 unless told; 0 picks a free one (PORT)')
    .option('--host <host>', 'the address it listens on, 127.0.0.1 unless told (HOST)')
    .option('--data <dir>', 'where it keeps everything, .stark unless told (STARK_DATA_DIR)')
    .addOption(new Option('--log <format>', 'pretty on a terminal, else json (STARK_LOG)').choices(['pretty', 'json', 'silent']))
    .option('--tracing <module>', 'a module to import that registers an OpenTelemetry SDK (STARK_TRACING)')
    .action((_: unknown, command: Command) => run(shell, command))
  examples(up, 'stark up', 'stark up --port 0 --data /var/lib/stark', 'HOST=0.0.0.0 stark up --insecure')
}

async function run(shell: Shell, command: Command): Promise<void> {
  const { port, host, data, log, tracing, insecure } = optionsOf<UpOptions>(command)
  const isInsecure = insecure ? '1' : undefined
  const given = { PORT: port, HOST: host, STARK_DATA_DIR: data, STARK_LOG: log, STARK_TRACING: tracing, STARK_INSECURE: isInsecure }
  for (const [name, value] of Object.entries(given)) if (value !== undefined) process.env[name] = value
  const { main } = (await import(new URL('./daemon.mjs', import.meta.url).href)) as { main: () => Promise<void> }
  const { STARK_TRACING: sdk = '' } = process.env
  try {
    if (sdk !== '') await loadModule(sdk, 'STARK_TRACING')
    await main()
  } catch (error) {
    const { message } = error instanceof Error ? error : new Error(String(error))
    shell.terminal.note(`stark: ${message}`)
    // What was started before it failed would keep the process alive.
    process.exit(exitCodes.failed)
  }
}
