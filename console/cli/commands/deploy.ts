/** deploy: from a folder, or a version that is on the server, to a pod or a deployment; each step is told as it happens, with its time. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { randomUUID } from 'node:crypto'
import type { Command } from 'commander'
import type { Deployment } from '../../../kernel/schema/deployment.ts'
import type { Pod } from '../../../kernel/schema/pod.ts'
import type { Labels } from '../../../kernel/schema/common.ts'
import type { Api } from '../api.ts'
import { createOrUpdate, watchDeployment } from '../deployment.ts'
import { Failure } from '../failure.ts'
import { addPair, toCount } from '../flags.ts'
import { bundlePack } from '../pack/bundle.ts'
import { readManifest } from '../pack/manifest.ts'
import { pushPack } from '../pack/push.ts'
import { examples, formatOf, optionsOf, type GlobalOptions, type Shell } from '../shell.ts'
import { Steps } from '../steps.ts'
import { bytes } from '../table.ts'
import { collect, typed } from '../typed.ts'
import { watchPod } from '../watch-pod.ts'

const WATCH_SECONDS = 120

interface DeployOptions {
  readonly name?: string
  readonly namespace?: string
  readonly node?: string
  readonly env?: Readonly<Record<string, string>>
  readonly arg?: readonly string[]
  readonly label?: Labels
  readonly restart?: string
  readonly replicas?: number
  readonly daemon?: boolean
  readonly follow?: boolean
  readonly watch?: boolean
  readonly timeout?: number
}

export function addDeploy(program: Command, shell: Shell): void {
  const deploy = program
    .command('deploy')
    .description('run a pack as a pod or a deployment: bundle and push it when it is a folder, then create that')
    .argument('[pack]', 'a folder with a package.json, or NAME or NAME@VERSION of a pack on the server', '.')
    .option('--name <name>', "the pod's name; made from the pack's unless told")
    .option('-n, --namespace <name>', "the pod's namespace")
    .option('--node <node>', 'run on this node and no other: its name or id')
    .option('--env <key=value>', 'a variable in context.env (may be repeated)', typed(addPair))
    .option('--arg <text>', 'one of context.args (may be repeated)', collect)
    .option('--label <key=value>', 'a label (may be repeated)', typed(addPair))
    .option('--restart <policy>', 'Always, OnFailure or Never; OnFailure unless told')
    .option('--replicas <count>', 'a deployment that keeps so many pods; an earlier one of that name moves to this version', typed(toCount))
    .option('--daemon', 'a deployment that keeps a pod on every node that fits')
    .option('--follow', 'a deployment that moves to each newer version that fits NAME@RANGE')
    .option('--watch', 'until it runs and has written its first line, or has failed')
    .option('--timeout <seconds>', `how long --watch waits for that, ${WATCH_SECONDS} unless told`, typed(toCount))
    .action((pack: string, _: unknown, command: Command) => run(shell, pack, optionsOf<DeployOptions>(command)))
  examples(
    deploy,
    'stark deploy ./hello --watch',
    'stark deploy hello@1.0.0 --name hello --node node-1',
    'stark deploy ./web --replicas 3 --watch',
    'stark deploy log-shipper --daemon',
    'stark deploy . --env LEVEL=debug --arg --fast --label tier=web -o json',
  )
}

async function run(shell: Shell, pack: string, options: DeployOptions & GlobalOptions): Promise<void> {
  const format = formatOf(options)
  const steps = new Steps(shell.terminal, { areResults: format === 'table' })
  const api = await shell.connect(options)
  const ref = isFolder(pack) ? await publish(api, pack, steps) : pack
  const seconds = options.timeout ?? WATCH_SECONDS
  if (isDeployment(options)) {
    const deployment = await deploy(api, { ref, options, steps, seconds })
    if (format === 'json') shell.terminal.line(JSON.stringify(deployment, null, 2))
    if (format === 'name') shell.terminal.line(deployment.name)
    return
  }
  const created = await steps.run(
    'create',
    () => create(api, ref, options),
    ({ name, namespace }) => `pod ${name} in ${namespace}`,
  )
  const pod = options.watch ? await watchPod(api, created, { steps, seconds }) : created
  if (format === 'json') shell.terminal.line(JSON.stringify(pod, null, 2))
  if (format === 'name') shell.terminal.line(pod.name)
}

const isDeployment = ({ replicas, daemon, follow }: DeployOptions): boolean => replicas !== undefined || daemon === true || follow === true

interface Deploying {
  readonly ref: string
  readonly options: DeployOptions
  readonly steps: Steps
  readonly seconds: number
}

async function deploy(api: Api, { ref, options, steps, seconds }: Deploying): Promise<Deployment> {
  const { name, namespace, node, env, arg, label, restart, replicas, daemon, follow } = options
  if (node !== undefined) throw new Failure('usage', '--node is for one pod: a deployment goes where it fits')
  if (daemon && replicas !== undefined) throw new Failure('usage', '--daemon and --replicas: leave out one of them')
  const template = {
    ...(env ? { env } : {}),
    ...(arg ? { args: arg } : {}),
    ...(label ? { labels: label } : {}),
    ...(restart === undefined ? {} : { restartPolicy: restart }),
  }
  const wish = { pack: ref, template, ...(replicas === undefined ? {} : { replicas }), ...(follow ? { followVersion: true } : {}) }
  const place = { name: name ?? nameOf(ref), ...(namespace === undefined ? {} : { namespace }) }
  const made = await steps.run(
    'deploy',
    () => createOrUpdate(api, { ...wish, ...place, ...(daemon ? { mode: 'daemon' } : {}) }, wish),
    (each) => `deployment ${each.name} in ${each.namespace}, revision ${each.revision}: ${each.packName}@${each.status.version}`,
  )
  return options.watch ? watchDeployment(api, made, { steps, seconds }) : made
}

/** Of a pack's name, without scope and version: deploying it again moves the same deployment on. */
const nameOf = (ref: string): string =>
  ref
    .replace(/^@[^/]*\//, '')
    .replace(/@.*$/, '')
    .replaceAll('_', '-')
    .replace(/[^a-z0-9]+$/, '')

/** A name with a path's look is a folder; so is one that has a package.json here. */
const isFolder = (pack: string): boolean => /^(\.{1,2}$|\.{0,2}\/|~)/.test(pack) || existsSync(path.join(pack, 'package.json'))

/** @returns name@version */
async function publish(api: Api, folder: string, steps: Steps): Promise<string> {
  const manifest = await readManifest(folder)
  const ref = `${manifest.name}@${manifest.version}`
  const bundle = await steps.run(
    'bundle',
    () => bundlePack(manifest),
    ({ bytes: { length } }) => `${ref}, ${bytes(length)}`,
  )
  await steps.run(
    'push',
    () => pushPack(api, manifest, bundle),
    ({ isNew }) => (isNew ? ref : `${ref} was there already`),
  )
  return ref
}

function create(api: Api, pack: string, { name, namespace, node, env, arg, label, restart }: DeployOptions): Promise<Pod> {
  const body = {
    pack,
    ...(name === undefined ? {} : { name }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(node === undefined ? {} : { nodeName: node }),
    ...(env ? { env } : {}),
    ...(arg ? { args: arg } : {}),
    ...(label ? { labels: label } : {}),
    ...(restart === undefined ? {} : { restartPolicy: restart }),
  }
  return api.json<Pod>({ method: 'POST', path: '/api/pods', body, headers: { 'idempotency-key': randomUUID() } })
}
