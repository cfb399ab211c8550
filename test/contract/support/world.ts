/** One of everything that a request can name, in a server of the test file's own. */
import { randomUUID } from 'node:crypto'
import type { Namespace, Pack, Pod } from '../../../kernel/schema/index.ts'
import { done } from '../../support/api.ts'
import type { RawNode } from '../../support/raw-node.ts'
import type { LoggedIn, Server } from '../../support/server.ts'

export interface World {
  readonly server: Server
  readonly session: LoggedIn
  /** Runs anywhere, and has its bundle. */
  readonly pack: Pack
  /** Reserved, without a bundle. */
  readonly bare: Pack
  readonly nodePack: Pack
  readonly namespace: Namespace
  /** Placed on the node, and running. */
  readonly pod: Pod
  readonly node: RawNode
  readonly browser: RawNode
  /** Secrets, by what they are. */
  readonly tokens: { readonly join: string; readonly expired: string; readonly viewer: string }
}

export const nowhere = '00000000-0000-4000-8000-00000000dead'

export async function makeWorld(server: Server): Promise<World> {
  const [node, browser] = [await server.join({ name: 'taken' }), await server.join({ runtimeType: 'browser' })]
  const pack = await server.push({ name: 'whole' })
  const pod = await server.run(pack, { name: 'taken', nodeName: node.id })
  await node.report(await node.sees(pod.id), { status: 'running' })
  if (!server.admin) throw new Error('a world needs an administrator')
  return {
    server,
    session: server.admin,
    pack,
    bare: await done(server.post<Pack>('/api/packs', { name: 'bare', version: '1.0.0', runtimeTag: 'node' })),
    nodePack: await server.push({ name: 'for-node', runtimeTag: 'node' }),
    namespace: await done(server.post<Namespace>('/api/namespaces', { name: `n-${randomUUID()}` })),
    pod,
    node,
    browser,
    tokens: {
      join: (await server.makeToken({ kind: 'join' })).token,
      expired: (await server.makeToken({ kind: 'api', expiresAt: '2020-01-01T00:00:00Z' })).token,
      viewer: (await server.makeToken({ kind: 'api', role: 'viewer' })).token,
    },
  }
}
