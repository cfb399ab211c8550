/** logs: what a pod wrote, and with --follow what it writes. */
import { Option, type Command } from 'commander'
import { followLog, readLog, type LogLine } from '../log-stream.ts'
import { examples, formatOf, optionsOf, type GlobalOptions, type Shell } from '../shell.ts'
import { printable, type Style, type Terminal } from '../terminal.ts'
import { typed } from '../typed.ts'
import { toCount, toTime } from '../flags.ts'

interface LogsOptions {
  readonly follow?: boolean
  readonly namespace?: string
  readonly tail?: number
  readonly level?: LogLine['level']
  readonly grep?: string
  readonly since?: string
  readonly previous?: boolean
  readonly timestamps?: boolean
}

export function addLogs(program: Command, shell: Shell): void {
  const logs = program
    .command('logs')
    .description("a pod's log, oldest line first")
    .argument('<pod>', 'its name or id')
    .option('-f, --follow', 'go on until the pod has ended')
    .option('--tail <number>', 'only the last lines', typed(toCount))
    .addOption(new Option('--level <level>', 'lines of this level and of those above it').choices(['debug', 'info', 'warn', 'error']))
    .option('--grep <text>', 'only lines with this text; capitals count where there are some in it')
    .option('--since <time>', 'only lines from then on: 10m, 2h, 1d ago, or a time', typed(toTime))
    .option('--previous', 'of the run before this one, such as the one that crashed')
    .option('--timestamps', 'begin each line with its time')
    .option('-n, --namespace <name>', "the pod's namespace")
    .action((pod: string, _: unknown, command: Command) => run(shell, pod, optionsOf<LogsOptions>(command)))
  examples(
    logs,
    'stark logs hello-1a2b3c4d',
    'stark logs web -f --tail 10',
    'stark logs web --previous --level error',
    'stark logs web -o json | jq .fields',
  )
}

async function run(shell: Shell, pod: string, options: LogsOptions & GlobalOptions): Promise<void> {
  const api = await shell.connect(options)
  const request = { pod, namespace: options.namespace, filter: filterOf(options) }
  const show = (line: LogLine) =>
    shell.terminal.line(formatOf(options) === 'json' ? JSON.stringify(line) : shown(shell.terminal, line, options))
  if (!options.follow) {
    for (const line of await readLog(api, request)) show(line)
    return
  }
  const left = new AbortController()
  process.once('SIGINT', () => left.abort())
  for await (const line of followLog(api, request, { signal: left.signal })) show(line)
}

function filterOf({ tail, level, grep, since, previous }: LogsOptions): Record<string, string> {
  return {
    ...(tail === undefined ? {} : { tail: String(tail) }),
    ...(level === undefined ? {} : { level }),
    ...(grep === undefined ? {} : { grep }),
    ...(since === undefined ? {} : { since }),
    ...(previous ? { previous: 'true' } : {}),
  }
}

const styles: Readonly<Partial<Record<LogLine['level'], Style>>> = { debug: 'dim', warn: 'yellow', error: 'red' }

function shown(terminal: Terminal, { at, level, text }: LogLine, { timestamps }: LogsOptions): string {
  const style = styles[level]
  const painted = style ? terminal.paint(style, printable(text)) : printable(text)
  return timestamps ? `${terminal.paint('dim', at)} ${painted}` : painted
}
