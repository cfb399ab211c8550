/** status: one deployment, or one pod with its node, what happened to it and the end of its log, on one page. */
import type { Command } from 'commander'
import type { PodHistory } from '../../../kernel/schema/cluster.ts'
import type { Deployment } from '../../../kernel/schema/deployment.ts'
import type { NodeView } from '../../../kernel/schema/node.ts'
import type { Pod, PodStatus } from '../../../kernel/schema/pod.ts'
import type { Api } from '../api.ts'
import { deploymentLines, findDeployment } from '../deployment.ts'
import { Failure } from '../failure.ts'
import { listAll } from '../invoke.ts'
import { readLog, type LogLine } from '../log-stream.ts'
import { examples, formatOf, optionsOf, type GlobalOptions, type Shell } from '../shell.ts'
import { ago, tableOf } from '../table.ts'
import { printable, type Style, type Terminal } from '../terminal.ts'

const HISTORY_SHOWN = 10
const LINES_SHOWN = 5

interface StatusOptions {
  readonly namespace?: string
}

export function addStatus(program: Command, shell: Shell): void {
  const status = program
    .command('status')
    .description('one deployment or pod: how it is, where it is, and what happened to it')
    .argument('<name>', 'its name or id')
    .option('-n, --namespace <name>', 'its namespace')
    .action((pod: string, _: unknown, command: Command) => run(shell, pod, optionsOf<StatusOptions>(command)))
  examples(status, 'stark status hello-1a2b3c4d', 'stark status web -o json | jq -r .status')
}

async function run(shell: Shell, ref: string, options: StatusOptions & GlobalOptions): Promise<void> {
  const { terminal } = shell
  const api = await shell.connect(options)
  const query = options.namespace === undefined ? {} : { namespace: options.namespace }
  const deployment = await findDeployment(api, ref, query)
  if (deployment) return showDeployment(shell, deployment, formatOf(options))
  const pod = await api.get<Pod>(`/api/pods/${encodeURIComponent(ref)}`, query)
  if (formatOf(options) === 'json') return terminal.line(JSON.stringify(pod, null, 2))
  if (formatOf(options) === 'name') return terminal.line(pod.name)
  const history = await listAll<PodHistory>(api, { method: 'GET', path: `/api/pods/${pod.id}/history` })
  const log = await readLog(api, { pod: pod.id, namespace: undefined })
  const lines = page(terminal, { pod, node: await nodeName(api, pod), history: history.items, log, nowMs: Date.now() })
  for (const line of lines) terminal.line(line)
}

function showDeployment({ terminal }: Shell, deployment: Deployment, format: ReturnType<typeof formatOf>): void {
  if (format === 'json') return terminal.line(JSON.stringify(deployment, null, 2))
  if (format === 'name') return terminal.line(deployment.name)
  for (const line of deploymentLines(deployment, Date.now())) terminal.line(line)
}

/** @returns undefined when there is none */
async function nodeName(api: Api, { nodeId }: Pod): Promise<string | undefined> {
  if (nodeId === null) return undefined
  try {
    return (await api.get<NodeView>(`/api/nodes/${nodeId}`)).name
  } catch (error) {
    if (error instanceof Failure && error.kind === 'notFound') return `${nodeId}, which is gone`
    throw error
  }
}

interface Known {
  readonly pod: Pod
  readonly node: string | undefined
  readonly history: readonly PodHistory[]
  readonly log: readonly LogLine[]
  readonly nowMs: number
}

function page(terminal: Terminal, { pod, node, history, log, nowMs }: Known): string[] {
  const facts: readonly (readonly [string, string])[] = [
    ['pod', `${pod.namespace}/${pod.name}`],
    ['status', [terminal.paint(styleOf(pod.status), pod.status), pod.reason, printable(pod.statusMessage)].filter(Boolean).join('  ')],
    ['pack', `${pod.packName}@${pod.packVersion}`],
    ['node', node ?? 'none yet'],
    ['ready', pod.ready ? 'yes' : 'no'],
    ['restarts', String(pod.restarts)],
    ['created', `${pod.createdAt} (${ago(pod.createdAt, nowMs)} ago)`],
    ...(pod.startedAt === null ? [] : [['started', pod.startedAt] as const]),
    ...(pod.stoppedAt === null ? [] : [['ended', pod.stoppedAt] as const]),
    ...exitFacts(pod),
  ]
  const happened = history
    .slice(-HISTORY_SHOWN)
    .map(({ at, action, newStatus, reason, message }) => [at, action, newStatus ?? '-', reason ?? '-', message])
  return [
    ...facts.map(([name, value]) => `${name.padEnd(9)} ${value}`),
    ...section('history', happened.length > 0 ? tableOf(['AT', 'ACTION', 'STATUS', 'REASON', 'MESSAGE'], happened) : []),
    ...section(
      'log',
      log.slice(-LINES_SHOWN).map(({ text }) => printable(text)),
    ),
  ]
}

function exitFacts({ exit }: Pod): [string, string][] {
  if (!exit) return []
  if (exit.error) return [['error', printable(exit.error.stack === '' ? `${exit.error.name}: ${exit.error.message}` : exit.error.stack)]]
  return exit.result === null ? [] : [['result', printable(JSON.stringify(exit.result))]]
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)]

function styleOf(status: PodStatus): Style {
  if (status === 'running' || status === 'succeeded') return 'green'
  if (status === 'failed' || status === 'evicted' || status === 'unknown') return 'red'
  return status === 'stopped' ? 'dim' : 'yellow'
}
