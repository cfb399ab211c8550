/** node join: this machine becomes a node, until it is told to stop. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { Command } from 'commander'
import type { AgentStatus } from '../../../agents/agent.ts'
import type { NodeOptions, RunningNode } from '../../../agents/node/main.ts'
import type { Capacity, Labels } from '../../../kernel/schema/common.ts'
import type { Token } from '../../../kernel/schema/account.ts'
import { serverSlug } from '../address.ts'
import { Api, anonymous } from '../api.ts'
import { Failure } from '../failure.ts'
import { addPair, toCount, toTaint, type TaintText } from '../flags.ts'
import { loadModule } from '../load-module.ts'
import { examples, optionsOf, type GlobalOptions, type Shell } from '../shell.ts'
import { signalled } from '../signalled.ts'
import { unitOf } from '../systemd.ts'
import { typed } from '../typed.ts'

const TOKEN_LIFE_MS = 10 * 60_000

interface JoinOptions {
  readonly token?: string
  readonly name?: string
  readonly label?: Labels
  readonly taint?: readonly TaintText[]
  readonly cpu?: number
  readonly memory?: number
  readonly maxPods?: number
  readonly data?: string
  readonly allowWorkers?: boolean
  readonly printSystemd?: boolean
}

export function addNodeJoin(group: Command, shell: Shell): void {
  const join = group
    .command('join')
    .description('make this machine a node, until Ctrl-C')
    .option('--token <token>', 'a join token; without one it is made with your login')
    .option('--name <name>', "the node's name; this machine's unless told")
    .option('--label <key=value>', 'a label (may be repeated)', typed(addPair))
    .option('--taint <key=value:effect>', 'a taint: NoSchedule, PreferNoSchedule or NoExecute (may be repeated)', typed(addTaint))
    .option('--cpu <millicores>', 'what pods may have; all of it unless told', typed(toCount))
    .option('--memory <mb>', 'what pods may have, in MB of 10^6 bytes; all of it unless told', typed(toCount))
    .option('--max-pods <number>', 'how many pods it takes', typed(toCount))
    .option('--data <dir>', 'where it keeps who it is; $STARK_NODE_DIR or ~/.stark/nodes/<server>/<name> unless told')
    .option('--allow-workers', 'packs that ask for it run as threads of this process, which is no sandbox')
    .option('--print-systemd', 'print a unit of systemd for this node, and do nothing else')
    .action((_: unknown, command: Command) => run(shell, optionsOf<JoinOptions>(command)))
  examples(
    join,
    'stark node join',
    'stark node join --print-systemd > /etc/systemd/system/stark-node.service',
    'stark node join --name gpu-1 --label zone=a --taint gpu=true:NoSchedule',
    'stark node join --server https://stark.example.com --token "$JOIN_TOKEN" --cpu 2000 --memory 4000',
  )
}

async function run(shell: Shell, options: JoinOptions & GlobalOptions): Promise<void> {
  const server = await shell.server(options)
  const folder = folderOf(shell, options, server)
  if (options.printSystemd) return printUnit(shell, options, { server, folder })
  const hasJoined = await isKnown(folder)
  if (hasJoined) shell.terminal.note(`this is the node of ${folder}; it was here before`)
  const joinToken = hasJoined ? undefined : (options.token ?? (await makeToken(shell, options)))
  const { STARK_TRACING: sdk = '' } = shell.environment
  if (sdk !== '') await loadModule(sdk, 'STARK_TRACING')
  // A node that has joined waits for its server; one that has not should hear at once that nobody is there.
  if (!hasJoined) await new Api(server, anonymous).get('/health')
  const teller = new Teller(shell)
  const node = await start({ ...nodeOptions(options, { server, folder }), joinToken, onStatus: (status) => teller.tell(status) })
  // Before anybody is told that it joined: whoever was told may stop it at once.
  const told = signalled()
  teller.open(node)
  await untilStopped(shell, { node, told, folder })
}

/** With the same options, so that it is the same node; all of them but the token, which it has no use for after the first time. */
function printUnit({ terminal }: Shell, options: JoinOptions, { server, folder }: { server: string; folder: string }): void {
  const { name, label = {}, taint = [], cpu, memory, maxPods, allowWorkers } = options
  const flags = [
    ['--server', server],
    ['--data', folder],
    ...(name === undefined ? [] : [['--name', name]]),
    ...Object.entries(label).map((pair) => ['--label', pair.join('=')]),
    ...taint.map(({ key, value, effect }) => ['--taint', `${key}${value === undefined ? '' : `=${value}`}:${effect}`]),
    ...(cpu === undefined ? [] : [['--cpu', String(cpu)]]),
    ...(memory === undefined ? [] : [['--memory', String(memory)]]),
    ...(maxPods === undefined ? [] : [['--max-pods', String(maxPods)]]),
    ...(allowWorkers ? [['--allow-workers']] : []),
  ]
  const command = [process.execPath, path.resolve(process.argv[1] ?? 'stark'), 'node', 'join', ...flags.flat()]
  terminal.line(unitOf({ name: name ?? os.hostname(), command }).trimEnd())
}

async function start(options: NodeOptions): Promise<RunningNode> {
  const agent = (await import(new URL('./agent.mjs', import.meta.url).href)) as {
    startNode: (options: NodeOptions) => Promise<RunningNode>
  }
  try {
    return await agent.startNode(options)
  } catch (error) {
    const advice = adviceFor(error, ['UNAUTHENTICATED', 'FORBIDDEN', 'INVALID_FRAME'])
    const sentence = `this machine cannot join ${options.server}: ${messageOf(error)}`
    throw new Failure('failed', advice === undefined ? sentence : `${sentence}; ${advice}`, { cause: error })
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** What to do about what the server said, by its code. */
const ADVICE: Readonly<Record<string, string>> = {
  UNAUTHENTICATED: 'a join token is made by "stark token create --kind join"',
  FORBIDDEN: 'a join token is made by "stark token create --kind join"',
  INVALID_FRAME: 'the server is of another version than this command: install the one that it has',
}

function adviceFor(error: unknown, codes: readonly string[]): string | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return codes.includes(code) ? ADVICE[code] : undefined
}

function nodeOptions({ name, label, taint, cpu, memory, maxPods, allowWorkers }: JoinOptions, where: { server: string; folder: string }) {
  const capacity: Partial<Capacity> = {
    ...(cpu === undefined ? {} : { cpu }),
    ...(memory === undefined ? {} : { memory }),
    ...(maxPods === undefined ? {} : { pods: maxPods }),
  }
  return {
    ...where,
    capacity,
    ...(name === undefined ? {} : { name }),
    ...(label ? { labels: label } : {}),
    ...(taint ? { taints: [...taint] } : {}),
    ...(allowWorkers ? { allowsWorkers: true } : {}),
  }
}

function folderOf({ environment }: Shell, { data, name }: JoinOptions, server: string): string {
  const given = data ?? environment['STARK_NODE_DIR']
  if (given !== undefined && given !== '') return path.resolve(given)
  return path.join(os.homedir(), '.stark', 'nodes', serverSlug(server), (name ?? os.hostname()).replaceAll(/[^A-Za-z0-9.-]/g, '-'))
}

/** Whether the node of this folder holds a credential of its own already. */
async function isKnown(folder: string): Promise<boolean> {
  const file = path.join(folder, 'identity.json')
  if (!existsSync(file)) return false
  return typeof (JSON.parse(await readFile(file, 'utf8')) as { readonly token?: unknown }).token === 'string'
}

async function makeToken(shell: Shell, options: GlobalOptions): Promise<string> {
  const api = await shell.connect(options)
  const expiresAt = new Date(Date.now() + TOKEN_LIFE_MS).toISOString()
  const body = { kind: 'join', uses: 1, runtimeType: 'node', expiresAt, description: `stark node join on ${os.hostname()}` }
  const { token } = await api.json<Token & { readonly token: string }>({ method: 'POST', path: '/api/tokens', body })
  return token
}

/** Says how the node is: a line that changes on a terminal, one line of JSON for a program. */
class Teller {
  readonly #shell: Shell
  #node: RunningNode | undefined
  #status: AgentStatus = { isOnline: false, isPaused: false, running: 0, pods: [] }
  #hasJoined = false
  /** By pod: what was told of it last. */
  readonly #told = new Map<string, string>()

  constructor(shell: Shell) {
    this.#shell = shell
  }

  open(node: RunningNode): void {
    this.#node = node
    this.tell(this.#status)
  }

  tell(status: AgentStatus): void {
    this.#status = status
    if (!this.#node) return
    const { name, id } = this.#node
    const { terminal } = this.#shell
    if (status.isOnline && !this.#hasJoined) {
      this.#hasJoined = true
      terminal.line(terminal.isInteractive ? `${name} is a node now; Ctrl-C stops it` : JSON.stringify({ event: 'joined', node: name, id }))
    }
    if (!terminal.isInteractive) this.#tellPods(status)
    const pods = `${status.running} running${status.isPaused ? ', paused' : ''}`
    const last = status.pods.at(-1)
    terminal.live(
      `${name}  ${status.isOnline ? 'online' : 'waiting for the server'}  ${pods}${last ? `  ${last.name} ${last.status}` : ''}`,
    )
  }

  /** A line of JSON for each change of a pod, with the request that it came from: the same id as in the server's log, audit and events. */
  #tellPods({ pods }: AgentStatus): void {
    for (const { id, name: pod, namespace, status, incarnation, correlationId } of pods) {
      const text = `${incarnation} ${status}`
      if (this.#told.get(id) === text) continue
      this.#told.set(id, text)
      this.#shell.terminal.line(
        JSON.stringify({ event: 'pod', at: new Date().toISOString(), pod, namespace, id, incarnation, status, correlationId }),
      )
    }
    for (const id of this.#told.keys()) if (!pods.some((each) => each.id === id)) this.#told.delete(id)
  }
}

interface Joined {
  readonly node: RunningNode
  /** Somebody wants it to stop. */
  readonly told: Promise<void>
  readonly folder: string
}

async function untilStopped({ terminal }: Shell, { node, told, folder }: Joined): Promise<void> {
  try {
    await Promise.race([told, node.refused])
  } catch (error) {
    await node.stop()
    const advice = adviceFor(error, ['INVALID_FRAME']) ?? `remove ${folder} to join as a new one`
    throw new Failure('failed', `the server does not want this node: ${messageOf(error)}; ${advice}`, { cause: error })
  }
  terminal.note('stopping')
  await node.stop()
}

const addTaint = (text: string, before: unknown): TaintText[] => [...((before as TaintText[] | undefined) ?? []), toTaint(text)]
