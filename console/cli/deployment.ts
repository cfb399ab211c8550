/** Deployments for the commands that know them: found, made or moved on, watched until all is up to date, and shown on one page. */
import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Deployment } from '../../kernel/schema/deployment.ts'
import type { Api } from './api.ts'
import { Failure } from './failure.ts'
import type { Steps } from './steps.ts'
import { ago, tableOf } from './table.ts'
import { printable } from './terminal.ts'

const POLL_MS = 200
const REVISIONS_SHOWN = 10

type Query = Readonly<Record<string, string>>

/** @returns undefined when there is none of that name */
export async function findDeployment(api: Api, ref: string, query: Query): Promise<Deployment | undefined> {
  try {
    return await api.get<Deployment>(`/api/deployments/${encodeURIComponent(ref)}`, query)
  } catch (error) {
    if (error instanceof Failure && error.kind === 'notFound') return undefined
    throw error
  }
}

/** Makes it, or moves the one of that name on. @param wish what also an existing one is given */
export async function createOrUpdate(
  api: Api,
  body: { readonly name: string; readonly namespace?: string },
  wish: object,
): Promise<Deployment> {
  const { name, namespace } = body
  const query: Query = namespace === undefined ? {} : { namespace }
  const known = await findDeployment(api, name, query)
  if (known) return api.json<Deployment>({ method: 'PATCH', path: `/api/deployments/${known.id}`, body: wish })
  return api.json<Deployment>({ method: 'POST', path: '/api/deployments', body, headers: { 'idempotency-key': randomUUID() } })
}

/** @returns it once all is up to date. @throws Failure podFailed when it was taken back or stands still, failed when the time is over */
export async function watchDeployment(
  api: Api,
  made: Deployment,
  { steps, seconds }: { steps: Steps; seconds: number },
): Promise<Deployment> {
  const started = performance.now()
  let deployment = made
  let told = ''
  for (;;) {
    const text = standing(deployment)
    if (text !== told) steps.done(deployment.status.phase, text, performance.now() - started)
    told = text
    if (deployment.revision !== made.revision) throw new Failure('podFailed', `deployment ${made.name} was taken back: ${text}`)
    if (deployment.status.phase === 'failed') throw new Failure('podFailed', `deployment ${made.name} has failed: ${text}`)
    if (deployment.status.phase === 'complete' || deployment.status.phase === 'canary') return deployment
    if (performance.now() - started > seconds * 1000) {
      throw new Failure('failed', `deployment ${made.name} is not done after ${seconds} s: ${text}; "stark status ${made.name}" says more`)
    }
    await wait(POLL_MS)
    deployment = await api.get<Deployment>(`/api/deployments/${made.id}`)
  }
}

const standing = ({ status: { available, desired, message, version } }: Deployment): string =>
  `${available} of ${desired} available at ${version}${message === '' ? '' : `: ${printable(message)}`}`

/** One page. */
export function deploymentLines(deployment: Deployment, nowMs: number): string[] {
  const { name, namespace, mode, packName, packVersion, followVersion, status, revision, createdAt, revisions } = deployment
  const facts: readonly (readonly [string, string])[] = [
    ['deployment', `${namespace}/${name}`],
    ['phase', [status.phase, printable(status.message)].filter(Boolean).join('  ')],
    ['pods', `${status.available} of ${status.desired} available, ${status.updated} up to date, ${status.total} in all`],
    ['pack', `${packName}@${status.version}${followVersion ? `, follows ${packVersion}` : ''}`],
    ['mode', mode],
    ['revision', String(revision)],
    ['created', `${createdAt} (${ago(createdAt, nowMs)} ago)`],
  ]
  const rows = revisions
    .slice(-REVISIONS_SHOWN)
    .map((each) => [String(each.revision), each.packVersion, each.reason, each.hasFailed ? 'failed' : each.isGood ? 'good' : '-', each.at])
  return [
    ...facts.map(([label, value]) => `${label.padEnd(10)} ${value}`),
    '',
    'revisions',
    ...tableOf(['REVISION', 'VERSION', 'REASON', 'OUTCOME', 'AT'], rows).map((line) => `  ${line}`),
  ]
}
