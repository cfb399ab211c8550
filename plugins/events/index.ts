/**
 * Events: what happened to which object, in words. The same of one object again is one event that counts; after a day, or when there
 * are too many, the oldest are forgotten (ClusterConfig.eventTtlSeconds).
 * Taps persist, before the store, so that an event is durable with the change that it tells of; adds the kind events, events.list and events.follow.
 */
import { createHash } from 'node:crypto'
import { Type, type Static } from 'typebox'
import {
  ClusterEvent,
  clusterConfig,
  Followers,
  Listing,
  page,
  Page,
  strict,
  sweep,
  Time,
  timestamp,
  type Change,
  type Draft,
  type Origin,
  type Plugin,
  type PluginKernel,
} from '../../kernel/index.ts'
import { occasionOf, type Occasion } from './occasions.ts'

const EVENTS_MAX = 10_000
const SWEEP_MS = 60_000
const TTL_SECONDS = 86_400
const MESSAGE_CHARACTERS_MAX = 2000

export const events = (): Plugin => ({
  name: 'events',
  after: ['pods', 'nodes', 'drop-ins'],
  apply(kernel) {
    kernel.kinds.define<ClusterEvent>('events', {
      schema: ClusterEvent,
      indexes: { objectId: ({ objectId }) => objectId },
      watch: { permission: 'events:read', view: (event) => event },
    })
    kernel.hooks.persist.tap('events', (draft) => {
      for (const change of draft.changes) {
        const occasion = occasionOf(change)
        if (occasion) note(kernel, draft, { ...objectOf(change), ...occasion })
      }
    })
    defineReads(kernel)
    tellOfPlugins(kernel)
    kernel.clock.every(SWEEP_MS, () => forget(kernel))
  },
})

type Noted = Occasion & Pick<ClusterEvent, 'objectKind' | 'objectId' | 'objectName' | 'namespace'>

function objectOf(change: Change): Pick<ClusterEvent, 'objectKind' | 'objectId' | 'objectName' | 'namespace'> {
  const record = change.op === 'put' ? change.record : change.before
  const text = (field: string): string | null => {
    const value = (record as unknown as Readonly<Record<string, unknown>>)[field]
    return typeof value === 'string' ? value : null
  }
  return { objectKind: change.kind, objectId: change.id, objectName: text('name') ?? change.id, namespace: text('namespace') }
}

function note({ state }: PluginKernel, draft: Pick<Draft, 'create' | 'at'> & { readonly origin: Origin }, noted: Noted): void {
  const id = idOf(noted)
  const known = state.get('events', id)
  const at = timestamp(draft.at)
  const { actorId, correlationId = null } = draft.origin
  draft.create('events', {
    ...noted,
    id,
    message: noted.message.slice(0, MESSAGE_CHARACTERS_MAX),
    count: (known?.count ?? 0) + 1,
    firstAt: known?.firstAt ?? at,
    lastAt: at,
    createdAt: known?.createdAt ?? at,
    actorId,
    correlationId,
  })
}

/** A uuid made of the object and the reason: the same again is the same event. */
function idOf({ objectKind, objectId, type, reason }: Noted): string {
  const hex = createHash('sha256').update([objectKind, objectId, type, reason].join('\n')).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-')
}

const Filter = strict({
  object: Type.Optional(Type.String({ maxLength: 320, description: "an object's id or name" })),
  kind: Type.Optional(Type.String({ maxLength: 64, description: 'pods, nodes, deployments, packs or plugins' })),
  namespace: Type.Optional(Type.String({ maxLength: 63 })),
  type: Type.Optional(ClusterEvent.properties.type),
  since: Type.Optional(Time),
  until: Type.Optional(Time),
})

const matcherOf =
  ({ object, kind, namespace, type, since, until }: Static<typeof Filter>) =>
  (event: ClusterEvent): boolean =>
    (object === undefined || event.objectId === object || event.objectName === object) &&
    (kind === undefined || event.objectKind === kind) &&
    (namespace === undefined || event.namespace === namespace) &&
    (type === undefined || event.type === type) &&
    (since === undefined || Date.parse(event.lastAt) >= Date.parse(since)) &&
    (until === undefined || Date.parse(event.firstAt) <= Date.parse(until))

function defineReads({ operations, durable, onDurable }: PluginKernel): void {
  const followers = new Followers<ClusterEvent>()
  onDurable(({ changes }) =>
    followers.tell(changes.flatMap((change) => (change.kind === 'events' && change.op === 'put' ? [change.record as ClusterEvent] : []))),
  )
  operations.define({
    name: 'events.list',
    summary: 'What happened, oldest first; the usual steps of a pod are in its history',
    http: 'GET /api/events',
    permission: 'events:read',
    input: strict({ ...Page, ...Filter.properties }),
    output: Listing(ClusterEvent),
    handle: ({ limit, cursor, ...filter }) =>
      page([...durable.all('events')].filter(matcherOf(filter)), {
        ...(limit === undefined ? {} : { limit }),
        ...(cursor === undefined ? {} : { cursor }),
      }),
  })
  operations.define({
    name: 'events.follow',
    summary: 'What happens from now on, as lines of JSON; with since also what happened after that. One that happens again comes again',
    http: 'GET /api/events/follow',
    permission: 'events:read',
    gives: 'lines',
    input: Filter,
    output: ClusterEvent,
    handle(filter, { signal }) {
      const isWanted = matcherOf(filter)
      const known = filter.since === undefined ? [] : [...durable.all('events')].filter(isWanted)
      const first = known.toSorted((a, b) => (a.lastAt < b.lastAt ? -1 : 1))
      return followers.follow(first, { isWanted, signal })
    },
  })
}

/** Plugins from outside are no records: what becomes of them is an event of its own. */
function tellOfPlugins(kernel: PluginKernel): void {
  const { need, commit, log, onStart } = kernel
  onStart(() =>
    need('dropIns').onIncident(({ plugin, what, reason }) => {
      const type = what === 'enabled' || what === 'removed' || what === 'disabled' ? 'Normal' : 'Warning'
      const noted: Noted = {
        objectKind: 'plugins',
        objectId: plugin,
        objectName: plugin,
        namespace: null,
        type,
        reason: `Plugin${what.charAt(0).toUpperCase()}${what.slice(1)}`,
        message: reason ?? what,
      }
      commit({ actorId: 'drop-ins' }, (transaction) => note(kernel, transaction, noted)).catch((error: unknown) =>
        log.warn('an event could not be noted', { plugin, error: String(error) }),
      )
    }),
  )
}

async function forget(kernel: PluginKernel): Promise<void> {
  const { state, clock, isReady } = kernel
  if (!isReady()) return
  const oldest = timestamp(clock.now() - (clusterConfig(state).eventTtlSeconds ?? TTL_SECONDS) * 1000)
  const newestFirst = [...state.all('events')].toSorted((a, b) => (a.lastAt < b.lastAt ? 1 : -1))
  const expired = newestFirst.filter(({ lastAt }, index) => index >= EVENTS_MAX || lastAt < oldest)
  await sweep(kernel, { kind: 'events', actorId: 'events', ids: expired.toReversed().map(({ id }) => id) })
}
