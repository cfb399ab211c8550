/**
 * Secrets of a namespace, for the pods that name them: sealed at rest, written and never read back by people, and given to the node
 * that starts such a pod, for that start. A value is in no list, watch, event, log or explanation.
 * Adds the kind secrets and its operations, and pods.secrets; taps admit, so that no pod names one that is not. Provides seals, for
 * what others have to store.
 */
import { Type } from 'typebox'
import {
  expectVersion,
  isEnded,
  KernelError,
  Listing,
  page,
  Page,
  Pod,
  Secret,
  strict,
  type Call,
  type Plugin,
  type PluginKernel,
  type Principal,
  type Reader,
} from '../../kernel/index.ts'
import { KeyRing } from './keys.ts'
import { rotate } from './rotation.ts'
import { sealsOf } from './seals.ts'

const VALUE_CHARACTERS_MAX = 65_536
/** Of one namespace. */
const SECRETS_MAX = 1_000

const { keyId: _keyId, sealed: _sealed, ...shown } = Secret.properties
const SecretView = strict(shown)
const Named = { name: Secret.properties.name, namespace: Type.Optional(Secret.properties.namespace) }

export interface SecretsOptions {
  readonly directory: string
  /** Keys in base64, the newest first; none for a file in the directory. */
  readonly texts: readonly string[]
}

export const secrets = (options: SecretsOptions): Plugin => ({
  name: 'secrets',
  after: ['pods', 'namespace-access'],
  apply(kernel) {
    let ring: KeyRing | undefined
    const keys = () => (ring ??= KeyRing.open(options))
    kernel.kinds.define<Secret>('secrets', {
      schema: Secret,
      unique: { name: ({ namespace, name }) => `${namespace}/${name}` },
      indexes: { namespace: ({ namespace }) => namespace },
      watch: { permission: 'secrets:read', view: (secret, who) => (isLetIn(kernel, secret, who) ? view(secret) : undefined) },
    })
    kernel.hooks.admit.tap('secrets', (record, { kind, before, state }) => {
      if (kind === 'pods' && !before) mustExist(state, record as Pod)
    })
    defineReads(kernel)
    defineWrites(kernel, keys)
    defineDelivery(kernel, keys)
    const rotated: (() => Promise<void>)[] = []
    kernel.provide('seals', sealsOf(keys, rotated))
    rotate(kernel, keys, rotated)
    kernel.onDurable(async ({ changes }) => {
      const gone = changes.flatMap((change) => (change.kind === 'namespaces' && change.op === 'delete' ? [change.before] : []))
      for (const namespace of gone) await removeAll(kernel, 'name' in namespace ? String(namespace.name) : '')
    })
  },
})

const aboutOf = ({ id, namespace, name }: Pick<Secret, 'id' | 'namespace' | 'name'>): string => `${id} ${namespace}/${name}`

function mustExist(state: Reader, { namespace, secrets }: Pod): void {
  const missing = secrets.filter((name) => !state.find('secrets', 'name', `${namespace}/${name}`))
  if (missing.length === 0) return
  const message = `there is no secret "${missing[0]}" in the namespace ${namespace}`
  throw new KernelError('NOT_FOUND', message, { errors: [{ path: '/secrets', message }] })
}

/** Whoever may create in a namespace may use its secrets, so he may see their names and change them; others may not. */
function mustBeIn({ need }: PluginKernel, namespace: string, { origin }: Call): void {
  if (need('access').mayCreateIn(origin, namespace)) return
  throw new KernelError('FORBIDDEN', `the secrets of the namespace ${namespace} are for those who were let into it`)
}

const isLetIn = ({ need }: PluginKernel, { namespace }: Secret, { id, credentialId, roles }: Principal): boolean =>
  need('access').mayCreateIn({ actorId: id, credentialId, roles }, namespace)

function find(reader: Reader, name: string, namespace: string): Secret {
  const secret = reader.find('secrets', 'name', `${namespace}/${name}`)
  if (!secret) throw new KernelError('NOT_FOUND', `there is no secret "${name}" in the namespace ${namespace}`)
  return secret
}

function defineReads(kernel: PluginKernel): void {
  const { operations, durable } = kernel
  operations.define({
    name: 'secrets.list',
    summary: 'Secrets of a namespace: their names, and never their values',
    http: 'GET /api/secrets',
    permission: 'secrets:read',
    input: strict({ ...Page, namespace: Type.Optional(Secret.properties.namespace) }),
    output: Listing(SecretView),
    errors: ['FORBIDDEN'],
    handle({ namespace = 'default', ...request }, call) {
      mustBeIn(kernel, namespace, call)
      const { items, nextCursor } = page(durable.by('secrets', 'namespace', namespace), request)
      return { items: items.map(view), nextCursor }
    },
  })
  operations.define({
    name: 'secrets.get',
    summary: 'One secret, without its value',
    http: 'GET /api/secrets/:name',
    permission: 'secrets:read',
    input: strict(Named),
    output: SecretView,
    errors: ['NOT_FOUND', 'FORBIDDEN'],
    handle({ name, namespace = 'default' }, call) {
      mustBeIn(kernel, namespace, call)
      return view(find(durable, name, namespace))
    },
  })
}

function defineWrites(kernel: PluginKernel, keys: () => KeyRing): void {
  const { operations, state, commit, newId } = kernel
  operations.define({
    name: 'secrets.put',
    summary: 'Sets a secret: pods that name it find its value in context.secrets when they start the next time',
    http: 'PUT /api/secrets/:name',
    permission: 'secrets:write',
    query: ['namespace'],
    input: strict({ ...Named, value: Type.String({ maxLength: VALUE_CHARACTERS_MAX, writeOnly: true }) }),
    output: SecretView,
    errors: ['FORBIDDEN', 'NOT_FOUND', 'TOO_MANY_SECRETS', 'PRECONDITION_FAILED', 'NAMESPACE_TERMINATING'],
    async handle({ name, namespace = 'default', value }, call) {
      mustBeIn(kernel, namespace, call)
      const known = state.find('secrets', 'name', `${namespace}/${name}`)
      if (known) expectVersion(known, call.ifMatch)
      const id = known?.id ?? newId()
      const sealed = keys().seal(value, aboutOf({ id, namespace, name }))
      const secret = await commit(call.origin, (transaction) => {
        if (known) return transaction.amend('secrets', id, sealed)
        mustHaveRoom(state, namespace)
        return transaction.add('secrets', { id, namespace, name, createdBy: call.who.id, ...sealed })
      })
      call.status = known ? 200 : 201
      return view(secret)
    },
  })
  operations.define({
    name: 'secrets.delete',
    summary: 'Deletes a secret; pods that name it and start later fail',
    http: 'DELETE /api/secrets/:name',
    permission: 'secrets:write',
    status: 204,
    input: strict(Named),
    output: Type.Null(),
    errors: ['NOT_FOUND', 'FORBIDDEN', 'PRECONDITION_FAILED'],
    async handle({ name, namespace = 'default' }, call) {
      mustBeIn(kernel, namespace, call)
      const secret = find(state, name, namespace)
      expectVersion(secret, call.ifMatch)
      await commit(call.origin, (transaction) => transaction.delete('secrets', secret.id))
      return null
    },
  })
}

function mustHaveRoom(state: Reader, namespace: string): void {
  const count = state.by('secrets', 'namespace', namespace).length
  if (count < SECRETS_MAX) return
  throw new KernelError('TOO_MANY_SECRETS', `the namespace ${namespace} has ${count} secrets, and ${SECRETS_MAX} is the most`)
}

function defineDelivery({ operations, durable }: PluginKernel, keys: () => KeyRing): void {
  operations.define({
    name: 'pods.secrets',
    summary: 'What a node needs to start a pod that is bound to it: the values of the secrets that the pod names',
    http: 'GET /api/pods/:id/secrets',
    permission: 'pods:report',
    input: strict({ id: Pod.properties.id, incarnation: Pod.properties.incarnation }),
    output: strict({ values: Type.Record(Type.String(), Type.String()) }),
    errors: ['NOT_FOUND', 'SECRET_UNREADABLE'],
    handle({ id, incarnation }, { who }) {
      const pod = durable.get('pods', id)
      const isItsNode = who.kind === 'node' && pod?.nodeId === who.id
      if (!pod || !isItsNode || pod.incarnation !== incarnation || isEnded(pod)) {
        throw new KernelError('NOT_FOUND', `no pod ${id} of this incarnation is to be started on this node`)
      }
      const found = pod.secrets.map((name) => find(durable, name, pod.namespace))
      return { values: Object.fromEntries(found.map((secret) => [secret.name, keys().unseal(secret, aboutOf(secret))])) }
    },
  })
}

async function removeAll({ state, commit }: PluginKernel, namespace: string): Promise<void> {
  const left = state.by('secrets', 'namespace', namespace)
  await commit({ actorId: 'secrets' }, (transaction) => {
    for (const { id } of left) if (state.get('secrets', id)) transaction.delete('secrets', id)
  })
}

function view({ keyId: _key, sealed: _value, ...secret }: Secret) {
  return secret
}
