/**
 * Where derived commands stand: a group for each noun with its verbs, `get` with every noun that can be listed, `call` with every
 * operation, and a few verbs that need no noun. They are filled in when one of them was typed, from what the server tells.
 */
import type { Command } from 'commander'
import { addFlags, TAKEN, answer, attach, isForPeople, singular, valuesOf } from './derived.ts'
import { Failure } from './failure.ts'
import { flagsOf } from './flags.ts'
import { loadOperations, type Operation } from './registry.ts'
import { examples, optionsOf, type Shell } from './shell.ts'

const groups: Readonly<Record<string, { readonly noun: string; readonly does: string; readonly example: string }>> = {
  node: { noun: 'nodes', does: 'join this machine; list, change and remove nodes', example: 'stark node list' },
  pack: { noun: 'packs', does: 'make, bundle and push packs; list and change them', example: 'stark pack versions hello' },
  pod: { noun: 'pods', does: 'list, create, stop and remove pods', example: 'stark pod history web' },
  deployment: {
    noun: 'deployments',
    does: 'list deployments; scale, update, pause, promote and remove them',
    example: 'stark deployment revisions web',
  },
  namespace: { noun: 'namespaces', does: 'list, make, change and remove namespaces', example: 'stark namespace create --name team-a' },
  priority: {
    noun: 'priorityClasses',
    does: 'list, make and delete priority classes',
    example: 'stark priority create --name urgent --value 5000',
  },
  user: { noun: 'users', does: 'make, list and change accounts', example: 'stark user update me@example.com --role admin' },
  session: { noun: 'sessions', does: 'list and end sessions', example: 'stark session list' },
  secret: { noun: 'secrets', does: 'set, list and delete secrets of a namespace', example: 'stark secret put api-key --stdin < key' },
  audit: { noun: 'audit', does: 'see who did what', example: 'stark audit list --result FORBIDDEN' },
  token: { noun: 'tokens', does: 'make, list and end tokens for nodes and scripts', example: 'stark token create --kind join --uses 1' },
  plugin: { noun: 'plugins', does: 'write, try out, list, enable and disable plugins', example: 'stark plugin list' },
  cluster: { noun: 'cluster', does: "see and change the cluster's configuration", example: 'stark cluster get' },
}

interface Shortcut {
  readonly operation: string
  /** What --follow goes on with. */
  readonly follow?: string
  readonly does: string
  readonly example: string
}

const shortcuts: Readonly<Record<string, Shortcut>> = {
  password: { operation: 'auth.changePassword', does: 'change your password', example: 'stark password' },
  scale: { operation: 'deployments.scale', does: 'set how many pods a deployment has', example: 'stark scale web --replicas 5' },
  events: { operation: 'events.list', follow: 'events.follow', does: 'see what happened', example: 'stark events --object web -f' },
  history: {
    operation: 'history.list',
    follow: 'history.follow',
    does: 'see each step of pods, also of those that are gone',
    example: 'stark history --node NODE --since 2026-01-31T12:00:00Z',
  },
  stop: { operation: 'pods.stop', does: 'stop a pod', example: 'stark stop web' },
  whatif: {
    operation: 'cluster.whatif',
    does: 'what would move if a node went, joined or changed; changes nothing',
    example: `stark whatif --step '{"op":"drain","node":"node-7"}'`,
  },
  delete: { operation: 'pods.delete', does: 'stop a pod and remove it', example: 'stark get pods -o name | xargs -n 1 stark delete' },
}

const GET = 'get'
const CALL = 'call'

export function addCatalogue(program: Command, shell: Shell): Readonly<Record<string, Command>> {
  const made = Object.entries(groups).map(
    ([name, { does, example }]) => [name, examples(program.command(name).description(does), example)] as const,
  )
  examples(
    program.command(GET).description('list objects, or show one: get NOUN [NAME]'),
    'stark get pods --status running',
    'stark get nodes -o json',
  )
  examples(
    program.command(CALL).description('call any operation that the server offers: call NOUN.VERB'),
    'stark call --help',
    'stark call pods.create --pack hello --env LEVEL=debug',
  )
  for (const [name, { does, example }] of Object.entries(shortcuts)) examples(program.command(name).description(does), example)
  program.hook('preSubcommand', (_, command) => fillIn(program, command, shell))
  return Object.fromEntries(made)
}

async function fillIn(program: Command, command: Command, shell: Shell): Promise<void> {
  const name = command.name()
  const isOurs = name in groups || name in shortcuts || name === GET || name === CALL
  const [, verb] = program.args
  if (!isOurs || command.commands.some((each) => each.name() === verb)) return
  const isHelp = program.args.length < 2 || program.args.includes('--help') || program.args.includes('-h')
  const operations = await load(program, shell, isHelp)
  const wanted = operations.filter(isForPeople)
  if (name in shortcuts) fillShortcut(command, operations, shell)
  else if (name === GET) fillGet(command, wanted, shell)
  else if (name === CALL) for (const each of wanted) attach(command.command(each.id), each, shell)
  else fillGroup(command, wanted, shell)
}

/** Help is worth more than the newest help: without a server it shows what was known, or what is known without one. */
async function load(program: Command, shell: Shell, isHelp: boolean): Promise<Operation[]> {
  try {
    return await loadOperations(await shell.server(optionsOf(program)), { folder: shell.folder, canBeOld: isHelp })
  } catch (error) {
    if (!isHelp || !(error instanceof Failure) || error.kind !== 'unreachable') throw error
    shell.terminal.note('The server cannot be reached, so what it offers is missing here.\n')
    return []
  }
}

function fillShortcut(command: Command, operations: readonly Operation[], shell: Shell): void {
  const shortcut = shortcuts[command.name()]
  const operation = operations.find(({ id }) => id === shortcut?.operation)
  if (operation)
    attach(
      command,
      operation,
      shell,
      operations.find(({ id }) => id === shortcut?.follow),
    )
}

function fillGroup(command: Command, operations: readonly Operation[], shell: Shell): void {
  const noun = groups[command.name()]?.noun
  const known = command.commands.map((each) => each.name())
  for (const operation of operations) {
    if (operation.noun === noun && !known.includes(operation.verb)) attach(command.command(operation.verb), operation, shell)
  }
}

function fillGet(command: Command, operations: readonly Operation[], shell: Shell): void {
  for (const list of operations.filter(({ verb }) => verb === 'list')) {
    const one = operations.find(({ noun, verb }) => noun === list.noun && verb === 'get')
    const noun = command.command(list.noun).description(list.summary)
    // Some nouns have no plural.
    if (singular(list.noun) !== list.noun) noun.alias(singular(list.noun))
    const key = one?.fields.find(({ in: place }) => place === 'path')
    if (key) noun.argument('[name]', key.schema.description ?? '')
    const flags = flagsOf(list.fields, TAKEN)
    addFlags(noun, flags)
    noun.action(async () => {
      const values = valuesOf(noun, flags)
      const [name] = noun.args
      if (!one || !key || name === undefined) return answer(shell, noun, list, values)
      const stray = Object.keys(values).filter((field) => !one.fields.some((each) => each.name === field))
      if (stray.length > 0)
        throw new Failure('usage', `--${stray[0]} chooses from a list, and "${name}" is one object: leave out one of them`)
      return answer(shell, noun, one, { ...values, [key.name]: name })
    })
  }
}
