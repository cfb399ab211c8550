/** explain: why a pod is where it is or nowhere, node by node, and what would place it. */
import type { Command } from 'commander'
import type { Explanation } from '../../../plugins/explain/explanation.ts'
import { render } from '../render.ts'
import { examples, formatOf, optionsOf, type GlobalOptions, type Shell } from '../shell.ts'
import { tableOf } from '../table.ts'
import { printable } from '../terminal.ts'

interface ExplainOptions {
  readonly namespace?: string
}

export function addExplain(program: Command, shell: Shell): void {
  const explain = program
    .command('explain')
    .description('why a pod is where it is, or nowhere, and what would place it')
    .argument('<pod>', 'its name or id')
    .option('-n, --namespace <name>', "the pod's namespace")
    .action((pod: string, _: unknown, command: Command) => run(shell, pod, optionsOf<ExplainOptions>(command)))
  examples(explain, 'stark explain web', "stark explain web -o json | jq '.changes[].text'")
}

async function run(shell: Shell, pod: string, options: ExplainOptions & GlobalOptions): Promise<void> {
  const { terminal } = shell
  const api = await shell.connect(options)
  const query = options.namespace === undefined ? {} : { namespace: options.namespace }
  const explanation = await api.get<Explanation>(`/api/pods/${encodeURIComponent(pod)}/explain`, query)
  const format = formatOf(options)
  const lines = format === 'table' ? page(explanation) : render(explanation, { format, noun: 'explanation', nowMs: Date.now() })
  for (const line of lines) terminal.line(line)
}

function page({ summary, victims, changes, nodes, feasible }: Explanation): string[] {
  const names = [...feasible, ...Object.keys(nodes).filter((name) => !feasible.includes(name))]
  const rows = names.map((name) => {
    const { refused, scores = {}, total } = nodes[name] ?? {}
    const answers = refused ? worded(refused) : worded(scores)
    return [name, total === undefined ? '-' : String(total), answers]
  })
  return [
    printable(summary),
    ...list('would have to go', victims),
    ...list(
      'would place it',
      changes.map(({ text }) => text),
    ),
    ...(rows.length > 0 ? ['', ...tableOf(['NODE', 'TOTAL', 'WHY'], rows)] : []),
  ]
}

/** "resources 82, balanced 99", or "taints have untolerated taint gpu=true". */
const worded = (answers: Readonly<Record<string, string | number>>): string =>
  Object.entries(answers)
    .map(([plugin, answer]) => `${plugin} ${answer}`)
    .join(', ')

const list = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${printable(line)}`)]
