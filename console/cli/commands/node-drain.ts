/** node drain: asks the server to empty a node, and shows what it waits for until it is empty. The server goes on without it. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Command } from 'commander'
import type { Drain, NodeView } from '../../../kernel/schema/node.ts'
import { Failure } from '../failure.ts'
import { toCount } from '../flags.ts'
import { render } from '../render.ts'
import { examples, formatOf, optionsOf, type GlobalOptions, type Shell } from '../shell.ts'
import { printable } from '../terminal.ts'
import { typed } from '../typed.ts'

const POLL_MS = 500

interface DrainOptions {
  readonly force?: boolean
  readonly timeout?: number
  readonly wait?: boolean
}

export function addNodeDrain(group: Command, shell: Shell): void {
  const drain = group
    .command('drain')
    .description('cordon a node and move its pods off it, as fast as their deployments allow')
    .argument('<node>', 'its name or id')
    .option('--force', 'at once, whatever their deployments promise')
    .option('--timeout <seconds>', 'stop waiting after so long, with an error; the drain itself goes on', typed(toCount))
    .option('--no-wait', 'ask for it, and do not wait until the node is empty')
    .action((node: string, _: unknown, command: Command) => run(shell, node, optionsOf<DrainOptions>(command)))
  examples(drain, 'stark node drain node-7', 'stark node drain node-7 --timeout 300', 'stark node uncordon node-7   # ends it')
}

async function run(shell: Shell, ref: string, options: DrainOptions & GlobalOptions): Promise<void> {
  const { force = false, timeout = Infinity, wait: isWaiting = true } = options
  const api = await shell.connect(options)
  const path = `/api/nodes/${encodeURIComponent(ref)}`
  await api.json({ method: 'POST', path: `${path}/drain`, body: { force } })
  const node = isWaiting ? await untilEmpty(shell, () => api.get<NodeView>(path), timeout) : await api.get<NodeView>(path)
  for (const line of render(node, { format: formatOf(options), noun: 'nodes', nowMs: Date.now() })) shell.terminal.line(line)
}

/** @throws Failure when somebody stops waiting, the time is over, or the drain was ended meanwhile */
async function untilEmpty({ terminal }: Shell, read: () => Promise<NodeView>, timeout: number): Promise<NodeView> {
  const left = new AbortController()
  process.once('SIGINT', () => left.abort())
  const deadline = performance.now() + timeout * 1000
  let told = ''
  for (;;) {
    const node = await read()
    const { name, drain } = node
    if (!drain) throw new Failure('failed', `${name} was uncordoned meanwhile: it is not drained any more`)
    if (drain.doneAt !== null) {
      terminal.note(`${name} is drained${drain.daemons === 0 ? '' : `; ${count(drain.daemons, 'pod')} of daemons stay`}`)
      return node
    }
    const text = standing(drain)
    if (text !== told) terminal.note(`${name} ${text}`)
    told = text
    if (left.signal.aborted) throw stopped(node, 'it is not waited for any longer')
    if (performance.now() > deadline) throw stopped(node, `it is not empty after ${timeout} s and ${text}`)
    await wait(POLL_MS, undefined, { signal: left.signal }).catch(() => undefined)
  }
}

const stopped = ({ name }: NodeView, why: string): Failure =>
  new Failure('failed', `${why}; the drain goes on, and "stark node uncordon ${name}" ends it`)

function standing({ waitsFor, leaving }: Drain): string {
  const waits = waitsFor.map(({ deployment, reason }) => `${deployment.replace(/^default\//, '')} (${printable(reason)})`)
  if (leaving > 0) waits.push(`${count(leaving, 'pod')} to stop`)
  return waits.length === 0 ? 'is being drained' : `waits for: ${waits.join(', ')}`
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`
