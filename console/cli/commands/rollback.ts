/** rollback: a deployment to an earlier revision, or a pod, in place, to another version of its pack. */
import type { Command } from 'commander'
import type { Deployment } from '../../../kernel/schema/deployment.ts'
import type { Pod } from '../../../kernel/schema/pod.ts'
import { findDeployment } from '../deployment.ts'
import { Failure } from '../failure.ts'
import { toCount } from '../flags.ts'
import { render } from '../render.ts'
import { examples, formatOf, optionsOf, type GlobalOptions, type Shell } from '../shell.ts'
import { typed } from '../typed.ts'

interface RollbackOptions {
  readonly namespace?: string
  readonly version?: string
  readonly revision?: number
}

export function addRollback(program: Command, shell: Shell): void {
  const rollback = program
    .command('rollback')
    .description('put a deployment back to an earlier revision, or a pod to another version, in place')
    .argument('<name>', 'of a deployment or a pod, or an id')
    .option('-n, --namespace <name>', 'its namespace')
    .option('--revision <number>', 'of a deployment; the one before unless told', typed(toCount))
    .option('--version <version>', 'of a pod; the one before unless told')
    .action((name: string, _: unknown, command: Command) => run(shell, name, optionsOf<RollbackOptions>(command)))
  examples(rollback, 'stark rollback web', 'stark rollback web --revision 3', 'stark rollback hello-1a2b3c4d --version 1.0.0')
}

async function run(shell: Shell, ref: string, options: RollbackOptions & GlobalOptions): Promise<void> {
  const { namespace, version, revision } = options
  const api = await shell.connect(options)
  const query = namespace === undefined ? {} : { namespace }
  const deployment = version === undefined ? await findDeployment(api, ref, query) : undefined
  if (!deployment && revision !== undefined) throw new Failure('notFound', `there is no deployment "${ref}", and only those have revisions`)
  const request = deployment
    ? { path: `/api/deployments/${deployment.id}/rollback`, body: revision === undefined ? {} : { revision } }
    : { path: `/api/pods/${encodeURIComponent(ref)}/rollback`, body: version === undefined ? {} : { version }, query }
  const answer = await api.json<Deployment | Pod>({ method: 'POST', ...request })
  const noun = deployment ? 'deployments' : 'pods'
  for (const line of render(answer, { format: formatOf(options), noun, nowMs: Date.now() })) shell.terminal.line(line)
}
