/** Versions that move, through real processes: what runs is asked for its version each time, in a pod and in a deployment. */
import { writeFile, mkdir } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Deployment, Pod } from '../../kernel/index.ts'
import { Command, endCommands, stark } from '../support/command.ts'
import { startServer, type Server } from '../support/server.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { waitFor } from '../support/wait-for.ts'

const MANY = { timeoutMs: 60_000 }
/** Says its version whenever it is asked, by its log: a line for each start. */
const source = (version: string) => `
export default async function main(context) {
  context.log.info('this is ${version}')
  context.ready()
  await context.sleep(600_000)
}
`
let server: Server
let env: Record<string, string>
let home: string

beforeAll(async () => {
  server = await startServer()
  home = temporaryFolder('deployment')
  const { token } = await server.makeToken({ kind: 'api', role: 'admin' })
  env = { STARK_SERVER: server.url, STARK_TOKEN: token, STARK_CONFIG_DIR: path.join(home, 'config'), HOME: home }
  const agent = new Command(['node', 'join', '--name', 'n1', '--data', path.join(home, 'node')], { env })
  await agent.event('joined')
  for (const version of ['1.0.0', '2.0.0']) await push(version, source(version))
  await push('3.0.0', 'export default async function main(context) { throw new Error("three is broken") }')
}, 120_000)
afterAll(async () => {
  await endCommands()
  await server?.kill('SIGTERM')
})

async function push(version: string, text: string): Promise<void> {
  const folder = path.join(home, version)
  await mkdir(folder, { recursive: true })
  const manifest = { name: 'app', version, type: 'module', stark: { runtimeTag: 'universal', entry: 'index.js' } }
  await writeFile(path.join(folder, 'package.json'), JSON.stringify(manifest))
  await writeFile(path.join(folder, 'index.js'), text)
  await stark(['pack', 'push', folder], { env })
}

const json = async <T>(...args: string[]): Promise<T> => JSON.parse(await stark([...args, '-o', 'json'], { env })) as T

/** The last thing that what runs now has said. */
async function lastWord({ id, incarnation }: Pod): Promise<string | undefined> {
  const { body } = await server.get<{ items: { text: string; incarnation: number }[] }>(`/api/pods/${id}/logs`)
  return body.items.findLast((line) => line.incarnation === incarnation)?.text
}

describe('a pod that is rolled back', () => {
  const says = (id: string, version: string) =>
    waitFor(
      `the pod to say that it is ${version}`,
      async () => {
        const pod = await server.pod(id)
        return pod.status === 'running' && (await lastWord(pod)) === `this is ${version}` && pod
      },
      MANY,
    )

  test('runs the code of v1, of v2, and of v1 again, as one pod on one node', async () => {
    const { id } = await json<Pod>('deploy', 'app@1.0.0', '--name', 'swapped')
    const first = await says(id, '1.0.0')
    await stark(['rollback', 'swapped', '--version', '2.0.0'], { env })
    const second = await says(id, '2.0.0')
    await stark(['rollback', 'swapped'], { env })
    const third = await says(id, '1.0.0')
    expect([first, second, third].map(({ nodeId }) => nodeId)).toEqual([first.nodeId, first.nodeId, first.nodeId])
    expect([first, second, third].map(({ incarnation, packVersion }) => [incarnation, packVersion])).toEqual([
      [1, '1.0.0'],
      [2, '2.0.0'],
      [3, '1.0.0'],
    ])
    expect(await stark(['status', 'swapped'], { env })).toContain('RolledBack')
  }, 120_000)

  test('is started again by a restart, with the same version', async () => {
    const before = await waitFor('the pod', async () => (await server.get<Pod>('/api/pods/swapped')).body)
    await stark(['pod', 'restart', 'swapped'], { env })
    await waitFor('the next incarnation to run', async () => (await server.pod(before.id)).incarnation === before.incarnation + 1, MANY)
    expect(await says(before.id, '1.0.0')).toMatchObject({ restarts: 1 })
    await stark(['stop', 'swapped'], { env })
  }, 60_000)
})

describe('a deployment', () => {
  const get = () => json<Deployment>('get', 'deployment', 'web')
  const until = (phase: string, version: string) =>
    waitFor(
      `the deployment to be ${phase} at ${version}`,
      async () => {
        const deployment = await get()
        return deployment.status.phase === phase && deployment.status.version === version && deployment
      },
      MANY,
    )
  /** What its running pods say of themselves. */
  const words = async (): Promise<(string | undefined)[]> => {
    const { items } = await json<{ items: Pod[] }>('get', 'pods', '--status', 'running')
    const { id } = await get()
    return Promise.all(items.filter(({ deploymentId }) => deploymentId === id).map(lastWord))
  }
  const allSay = (text: string, count: number) =>
    waitFor(
      `${count} pods to say "${text}"`,
      async () => {
        const said = await words()
        return said.length === count && said.every((each) => each === text)
      },
      MANY,
    )

  test('goes from v1 to v2 and back, scales, and says how it stands', async () => {
    await stark(['deploy', 'app@1.0.0', '--replicas', '2', '--name', 'web', '--watch'], { env })
    await allSay('this is 1.0.0', 2)
    await stark(['deployment', 'update', 'web', '--pack-version', '2.0.0'], { env })
    await until('complete', '2.0.0')
    await allSay('this is 2.0.0', 2)
    await stark(['rollback', 'web'], { env })
    await until('complete', '1.0.0')
    await allSay('this is 1.0.0', 2)
    await stark(['scale', 'web', '--replicas', '3'], { env })
    await allSay('this is 1.0.0', 3)
    const status = await stark(['status', 'web'], { env })
    expect(status).toContain('3 of 3 available')
    expect(status).toMatch(/3 +1\.0\.0 +RolledBack/)
  }, 180_000)

  test('comes back by itself from a version that crashes', async () => {
    await stark(['deployment', 'update', 'web', '--input', '{"packVersion":"3.0.0","strategy":{"progressDeadlineSeconds":5}}'], { env })
    await waitFor('the automatic rollback', async () => (await get()).revisions.at(-1)?.reason === 'AutoRolledBack', MANY)
    await until('complete', '1.0.0')
    await allSay('this is 1.0.0', 3)
    await stark(['deployment', 'delete', 'web'], { env })
    await waitFor('its pods to be gone', async () => (await words().catch(() => [])).length === 0, MANY)
  }, 180_000)
})
