/** For each operation in which it matters whose something is: an input about the caller's own, and inputs about somebody else's. */
import { randomUUID } from 'node:crypto'
import type { Code } from '../../../kernel/errors.ts'
import type { Pack, Pod, Role, Token } from '../../../kernel/schema/index.ts'
import { done, type Api } from '../../support/api.ts'
import type { Person } from '../../support/people.ts'
import type { RawNode } from '../../support/raw-node.ts'
import type { Server } from '../../support/server.ts'

export interface Stage {
  readonly server: Server
  readonly user: Person
  /** Another with the role user. */
  readonly other: Person
  readonly viewer: Person
  readonly node: RawNode
}

type Input = Readonly<Record<string, unknown>>
export interface Recipe {
  readonly input: Input
  /** Ids that the answer has, and that it has not. */
  readonly shows?: string
  readonly hides?: string
}
export interface Recipes {
  readonly own?: Recipe
  readonly others: readonly { readonly input: Input; readonly refused: Code }[]
  /** What the WebSocket says of one's own where it cannot carry the answer. */
  readonly overWire?: Code
}
type Make = (stage: Stage) => Promise<Recipes> | Recipes

const refused = (code: Code, ...inputs: Input[]) => inputs.map((input) => ({ input, refused: code }))
const nothingOfOthers: Make = () => ({ others: [] })

const registration = (fields: object = {}) => ({ name: `p-${randomUUID()}`, version: '1.0.0', runtimeTag: 'universal', ...fields })
const reserve = (api: Api, fields: object = {}) => done(api.post<Pack>('/api/packs', registration(fields)))

async function push(api: Api, fields: object = {}): Promise<Pack> {
  const { id } = await reserve(api, fields)
  return done(api.put<Pack>(`/api/packs/${id}/bundle`, Buffer.from('export default async function main() {}')))
}

async function run(api: Api, fields: object = {}): Promise<Pod> {
  const { name } = await push(api)
  return done(api.post<Pod>('/api/pods', { pack: name, ...fields }))
}

async function bound({ server, node }: Stage): Promise<Pod> {
  const pod = await run(server, { nodeName: node.id })
  return node.sees(pod.id)
}
const unbound = ({ server }: Stage) => run(server, { scheduling: { nodeSelector: { nowhere: 'yes' } } })

const makeToken = (api: Api) => done(api.post<Token>('/api/tokens', { kind: 'api', role: 'viewer' }))

async function sessionOf({ api }: Person): Promise<string> {
  const { items } = await done(api.get<{ items: { id: string }[] }>('/api/auth/sessions'))
  return items[0]?.id ?? ''
}

/** A pack that is private is as good as none for others; a public one is seen. */
const seesPacks =
  (key: (pack: Pack) => Input, { overWire }: { overWire?: Code } = {}): Make =>
  async ({ other }) => ({
    own: { input: key(await push(other.api, { visibility: 'public' })) },
    others: refused('NOT_FOUND', key(await push(other.api))),
    ...(overWire ? { overWire } : {}),
  })
const seesOwnPacks =
  (key: (pack: Pack) => Input, { overWire }: { overWire?: Code } = {}): Make =>
  async ({ user, other }) => ({
    own: { input: key(await push(user.api)) },
    others: refused('NOT_FOUND', key(await push(other.api))),
    ...(overWire ? { overWire } : {}),
  })
const listsPacks =
  (who: 'user' | 'viewer'): Make =>
  async ({ [who]: person, other }) => {
    const seen = who === 'user' ? await push(person.api) : await push(other.api, { visibility: 'public' })
    return { own: { input: { limit: 500 }, shows: seen.id, hides: (await push(other.api)).id }, others: [] }
  }
/** A node knows the packs of its pods, also private ones, and no other, also public ones. */
const packOfNode =
  (key: (pack: { id: string; name: string }) => Input, { overWire }: { overWire?: Code } = {}): Make =>
  async (stage) => {
    const { packId, packName } = await bound(stage)
    return {
      own: { input: key({ id: packId, name: packName }) },
      others: refused('NOT_FOUND', key(await push(stage.server, { visibility: 'public' }))),
      ...(overWire ? { overWire } : {}),
    }
  }
const podOfNode =
  (fields: object = {}): Make =>
  async (stage) => ({
    own: { input: { id: (await bound(stage)).id, ...fields } },
    others: refused('NOT_FOUND', { id: (await unbound(stage)).id, ...fields }),
  })
const ownPod: Make = async ({ user, other }) => ({
  own: { input: { id: (await run(user.api)).id } },
  others: refused('FORBIDDEN', { id: (await run(other.api)).id }),
})
const rolledBack: Make = async ({ user, other }) => {
  const version = '1.0.0'
  return {
    own: { input: { id: (await run(user.api)).id, version } },
    others: refused('FORBIDDEN', { id: (await run(other.api)).id, version }),
  }
}
const deploy = async (api: Api): Promise<string> => {
  const { name } = await push(api)
  const { id } = await done(api.post<{ id: string }>('/api/deployments', { pack: name, name: `d-${randomUUID()}`, replicas: 0 }))
  return id
}
const ownDeployment =
  (fields: object = {}): Make =>
  async ({ user, other }) => ({
    own: { input: { id: await deploy(user.api), ...fields } },
    others: refused('FORBIDDEN', { id: await deploy(other.api), ...fields }),
  })
const itself =
  (fields: object = {}): Make =>
  async ({ node, server }) => {
    const neighbour = await server.join()
    neighbour.close()
    return { own: { input: { id: node.id, ...fields } }, others: refused('FORBIDDEN', { id: neighbour.id, ...fields }) }
  }

/** Secrets are for those who were let into their namespace. */
const inNamespace =
  (input: (name: string) => Input): Make =>
  async ({ server }) => {
    const name = `s-${randomUUID()}`
    for (const namespace of ['default', 'stark-system'])
      await done(server.put(`/api/secrets/${name}?namespace=${namespace}`, { value: 'x' }))
    return { own: { input: input(name) }, others: refused('FORBIDDEN', { ...input(name), namespace: 'stark-system' }) }
  }

const sessionOfOne: (who: 'user' | 'viewer') => Make = (who) => async (stage) => ({
  own: { input: {}, shows: stage[who].user.id, hides: stage.other.user.id },
  others: refused('FORBIDDEN', { userId: stage.other.user.id }),
})
const endsSession: Make = async ({ other }) => ({ others: refused('NOT_FOUND', { id: await sessionOf(other) }) })
const endsOthers: Make = ({ other }) => ({ own: { input: {} }, others: refused('FORBIDDEN', { userId: other.user.id }) })
const knowsItself =
  (who: 'user' | 'viewer'): Make =>
  (stage) => ({ own: { input: {}, shows: stage[who].user.id }, others: [] })

const report = { incarnation: 1, status: 'starting' }

/** A node speaks for its own pods only. */
const letter: Make = async (stage) => ({
  own: { input: { id: (await bound(stage)).id, to: 'nobody', data: 1 } },
  others: refused('NOT_FOUND', { id: (await unbound(stage)).id, to: 'nobody', data: 1 }),
})
const facts = {
  runtimeType: 'node',
  capabilities: {},
  allocatable: { cpu: 8000, memory: 16_000, storage: 100_000, pods: 100 },
  isNew: false,
}

export const recipes: Readonly<Record<string, Partial<Readonly<Record<Role, Make>>>>> = {
  'auth.me': { user: knowsItself('user'), viewer: knowsItself('viewer') },
  'auth.logout': { user: nothingOfOthers, viewer: nothingOfOthers },
  'auth.changePassword': { user: nothingOfOthers, viewer: nothingOfOthers },
  'sessions.list': { user: sessionOfOne('user'), viewer: sessionOfOne('viewer') },
  'sessions.delete': { user: endsSession, viewer: endsSession },
  'sessions.deleteOthers': { user: endsOthers, viewer: endsOthers },
  'tokens.list': {
    user: async ({ user, server }) => ({
      own: { input: { limit: 500 }, shows: (await makeToken(user.api)).id, hides: (await makeToken(server)).id },
      others: [],
    }),
  },
  'tokens.create': {
    user: () => ({
      own: { input: { kind: 'api', role: 'user' } },
      others: refused('FORBIDDEN', { kind: 'api', role: 'admin' }, { kind: 'join' }),
    }),
  },
  'tokens.delete': {
    user: async ({ user, other }) => ({
      own: { input: { id: (await makeToken(user.api)).id } },
      others: refused('NOT_FOUND', { id: (await makeToken(other.api)).id }),
    }),
  },
  'secrets.list': { user: inNamespace(() => ({})) },
  'secrets.get': { user: inNamespace((name) => ({ name })) },
  'secrets.put': { user: inNamespace((name) => ({ name, value: 'x' })) },
  'secrets.delete': { user: inNamespace((name) => ({ name })) },
  'pods.secrets': {
    node: async (stage) => {
      const { id, incarnation } = await bound(stage)
      const elsewhere = await unbound(stage)
      return { own: { input: { id, incarnation } }, others: refused('NOT_FOUND', { id: elsewhere.id, incarnation: elsewhere.incarnation }) }
    },
  },
  'packs.list': {
    user: listsPacks('user'),
    viewer: listsPacks('viewer'),
    node: async (stage) => ({
      own: { input: { limit: 500 }, shows: (await bound(stage)).packId, hides: (await push(stage.server, { visibility: 'public' })).id },
      others: [],
    }),
  },
  'packs.get': {
    user: seesOwnPacks(({ id }) => ({ id })),
    viewer: seesPacks(({ id }) => ({ id })),
    node: packOfNode(({ id }) => ({ id })),
  },
  'packs.versions': {
    user: seesOwnPacks(({ name }) => ({ name })),
    viewer: seesPacks(({ name }) => ({ name })),
    node: packOfNode(({ name }) => ({ name })),
  },
  'packs.download': {
    user: seesOwnPacks(({ id }) => ({ id }), { overWire: 'INVALID' }),
    node: packOfNode(({ id }) => ({ id }), { overWire: 'INVALID' }),
  },
  'packs.create': {
    user: async ({ other }) => {
      const { name } = await push(other.api, { visibility: 'public' })
      return { own: { input: registration() }, others: refused('FORBIDDEN', registration({ name, version: '2.0.0' })) }
    },
  },
  'packs.update': {
    user: async ({ user, other }) => ({
      own: { input: { id: (await reserve(user.api)).id, description: 'mine' } },
      others: [
        ...refused('FORBIDDEN', { id: (await reserve(other.api, { visibility: 'public' })).id, description: 'mine' }),
        ...refused('NOT_FOUND', { id: (await reserve(other.api)).id, description: 'mine' }),
      ],
    }),
  },
  'packs.delete': {
    user: async ({ user, other }) => ({
      own: { input: { id: (await reserve(user.api)).id } },
      others: [
        ...refused('FORBIDDEN', { id: (await reserve(other.api, { visibility: 'public' })).id }),
        ...refused('NOT_FOUND', { id: (await reserve(other.api)).id }),
      ],
    }),
  },
  // Its body is bytes, which only the other tests of bundles send: here is whose it is, judged before them.
  'packs.upload': { user: nothingOfOthers },
  'packs.uploadMap': { user: nothingOfOthers },
  'deployments.create': {
    user: async ({ user, other }) => ({
      own: { input: { pack: (await push(user.api)).name, name: `d-${randomUUID()}` } },
      others: [
        ...refused('NOT_FOUND', { pack: (await push(other.api)).name }),
        ...refused('FORBIDDEN', { pack: (await push(user.api)).name, namespace: 'stark-system' }),
      ],
    }),
  },
  'deployments.update': { user: ownDeployment({ labels: { mine: 'yes' } }) },
  'deployments.scale': { user: ownDeployment({ replicas: 0 }) },
  'deployments.rollback': { user: ownDeployment({ revision: 1 }) },
  'deployments.pause': { user: ownDeployment() },
  'deployments.resume': { user: ownDeployment() },
  'deployments.promote': { user: ownDeployment() },
  'deployments.delete': { user: ownDeployment() },
  'pods.create': {
    user: async ({ user, other }) => ({
      own: { input: { pack: (await push(user.api)).name } },
      others: [
        ...refused('NOT_FOUND', { pack: (await push(other.api)).name }),
        ...refused('FORBIDDEN', { pack: (await push(user.api)).name, namespace: 'stark-system' }),
      ],
    }),
  },
  'pods.stop': { user: ownPod },
  'pods.delete': { user: ownPod },
  'pods.restart': { user: ownPod },
  'pods.rollback': { user: rolledBack },
  'pods.list': {
    node: async (stage) => ({
      own: { input: { limit: 500 }, shows: (await bound(stage)).id, hides: (await unbound(stage)).id },
      others: [],
    }),
  },
  'pods.get': { node: podOfNode() },
  'pods.status': { node: podOfNode() },
  'pods.history': { node: podOfNode() },
  'pods.logs': {
    node: async (stage) => ({
      own: { input: { id: (await bound(stage)).id } },
      others: refused('NOT_FOUND', { id: (await unbound(stage)).id }),
      overWire: 'INVALID',
    }),
  },
  'pods.report': {
    // A report about what is not its own changes nothing, and is answered so.
    node: async (stage) => ({ own: { input: { id: (await bound(stage)).id, ...report }, shows: 'true' }, others: [] }),
  },
  'pods.appendLogs': {
    node: async (stage) => {
      const lines = [{ number: 1, at: '2026-01-01T00:00:00Z', level: 'info', text: 'a line' }]
      const pod = await bound(stage)
      await stage.node.report(pod, { status: 'starting' })
      const { incarnation } = await stage.server.pod(pod.id)
      return {
        own: { input: { id: pod.id, incarnation, lines } },
        others: refused('NOT_FOUND', { id: (await unbound(stage)).id, incarnation: 1, lines }),
      }
    },
  },
  'messages.send': { node: letter },
  'messages.request': { node: letter },
  // An answer to what nobody asked answers nothing.
  'messages.answer': { node: async () => ({ own: { input: { id: randomUUID(), value: 1, refusal: null } }, others: [] }) },
  // Its own it registers whenever it connects; once more here would take over its connection.
  'nodes.register': {
    node: async (stage) => ({ others: (await itself({ name: `node-${randomUUID()}`, ...facts })(stage)).others }),
  },
  'nodes.heartbeat': { node: itself() },
  'nodes.suspend': { node: itself() },
  'nodes.pause': { node: itself() },
  'nodes.resume': { node: itself() },
  'nodes.goodbye': { node: itself() },
}
