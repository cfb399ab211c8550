/** logs: what a pod wrote, and with --follow what it writes. */
import type { Command } from 'commander'
import { followLog, readLog, type LogLine } from '../log-stream.ts'
import { examples, formatOf, optionsOf, type GlobalOptions, type Shell } from '../shell.ts'
import { printable, type Style, type Terminal } from '../terminal.ts'
import { typed } from '../typed.ts'
import { toCount } from '../flags.ts'

interface LogsOptions {
  readonly follow?: boolean
  readonly namespace?: string
  readonly tail?: number
  readonly timestamps?: boolean
}

export function addLogs(program: Command, shell: Shell): void {
  const logs = program
    .command('logs')
    .description("a pod's log, oldest line first")
    .argument('<pod>', 'its name or id')
    .option('-f, --follow', 'go on until the pod has ended')
    .option('--tail <number>', 'only the last lines', typed(toCount))
    .option('--timestamps', 'begin each line with its time')
    .option('-n, --namespace <name>', "the pod's namespace")
    .action((pod: string, _: unknown, command: Command) => run(shell, pod, optionsOf<LogsOptions>(command)))
  examples(logs, 'stark logs hello-1a2b3c4d', 'stark logs web -f --tail 10', 'stark logs web -o json | jq .text')
}

async function run(shell: Shell, pod: string, options: LogsOptions & GlobalOptions): Promise<void> {
  const api = await shell.connect(options)
  const request = { pod, namespace: options.namespace }
  const show = (line: LogLine) =>
    shell.terminal.line(formatOf(options) === 'json' ? JSON.stringify(line) : shown(shell.terminal, line, options))
  const { tail } = options
  const kept = await readLog(api, request)
  for (const line of tail === undefined ? kept : kept.slice(Math.max(0, kept.length - tail))) show(line)
  if (!options.follow) return
  const left = new AbortController()
  process.once('SIGINT', () => left.abort())
  for await (const line of followLog(api, request, { signal: left.signal, after: kept.at(-1)?.seq ?? 0 })) show(line)
}

const styles: Readonly<Partial<Record<LogLine['level'], Style>>> = { debug: 'dim', warn: 'yellow', error: 'red' }

function shown(terminal: Terminal, { at, level, text }: LogLine, { timestamps }: LogsOptions): string {
  const style = styles[level]
  const painted = style ? terminal.paint(style, printable(text)) : printable(text)
  return timestamps ? `${terminal.paint('dim', at)} ${painted}` : painted
}
