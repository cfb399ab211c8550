/**
 * Packs: versions of JavaScript bundles. A version is reserved first and given its bundle after; from then on it never changes.
 * Adds the kind packs and its operations. A name belongs to whoever registered it first.
 */
import { createHash } from 'node:crypto'
import semver from 'semver'
import { Type } from 'typebox'
import {
  Annotations,
  Download,
  expectVersion,
  isEnded,
  KernelError,
  Labels,
  Listing,
  lookUp,
  Pack,
  PackMetadata,
  PackName,
  page,
  Page,
  Ref,
  RuntimeTag,
  SemVer,
  Sha256,
  strict,
  Text,
  Visibility,
  type Origin,
  type Plugin,
  type PluginKernel,
  type Principal,
  type Reader,
} from '../../kernel/index.ts'
import { checkBundle } from './check.ts'
import { defineSourceMaps } from './source-maps.ts'

const details = {
  description: Type.Optional(Text),
  visibility: Type.Optional(Visibility),
  labels: Type.Optional(Labels),
  annotations: Type.Optional(Annotations),
}
const Registration = strict({ name: PackName, version: SemVer, runtimeTag: RuntimeTag, metadata: Type.Optional(PackMetadata), ...details })

export const packs = (): Plugin => ({
  name: 'packs',
  apply(kernel) {
    kernel.kinds.define<Pack>('packs', {
      schema: Pack,
      unique: { version: ({ name, version }) => `${name}@${version}` },
      indexes: { name: ({ name }) => name },
      watch: { permission: 'packs:read', view: (pack, who) => (isSeenBy(pack, who, kernel.state) ? pack : undefined) },
    })
    kernel.provide('packEnds', { remove: (origin, pack) => remove(kernel, origin, pack) })
    defineReads(kernel)
    defineRegistration(kernel)
    defineChanges(kernel)
    defineBundle(kernel)
    defineSourceMaps(kernel, (ref, { who }) => {
      const pack = find(kernel.state, ref, who)
      mustOwn(pack, who)
      return pack
    })
  },
})

/** Private packs are seen by their owner and administrators. A node sees the packs of the pods that are bound to it, and no other. */
const isSeenBy = ({ id: packId, visibility, ownerId }: Pack, { id, kind, roles }: Principal, reader: Reader): boolean =>
  kind === 'node'
    ? reader.by('pods', 'nodeId', id).some((pod) => pod.packId === packId)
    : visibility === 'public' || ownerId === id || roles.includes('admin')

/** By id, or by name@version. */
function find(reader: Reader, ref: string, who: Principal): Pack {
  const pack = lookUp(reader, 'packs', { ref, rule: 'version' })
  // In the words of one that is not there.
  if (!isSeenBy(pack, who, reader)) throw new KernelError('NOT_FOUND', `there is no pack "${ref}"`, { details: { kind: 'packs', ref } })
  return pack
}

function mustOwn({ ownerId, name }: Pack, { id, roles }: Principal): void {
  if (ownerId === id || roles.includes('admin')) return
  throw new KernelError('FORBIDDEN', `the name ${name} belongs to somebody else`)
}

function* seen(reader: Reader, who: Principal, { name, runtime }: { name?: string; runtime?: string } = {}): Iterable<Pack> {
  for (const pack of name === undefined ? reader.all('packs') : reader.by('packs', 'name', name)) {
    if (runtime !== undefined && pack.runtimeTag !== runtime) continue
    if (isSeenBy(pack, who, reader)) yield pack
  }
}

function defineReads({ operations, durable }: PluginKernel): void {
  operations.define({
    name: 'packs.list',
    summary: 'Packs that the caller may run',
    http: 'GET /api/packs',
    permission: 'packs:read',
    input: strict({
      ...Page,
      labelSelector: Type.Optional(Type.String()),
      name: Type.Optional(Type.String()),
      runtime: Type.Optional(RuntimeTag),
    }),
    output: Listing(Pack),
    handle: ({ name, runtime, ...request }, { who }) =>
      page(seen(durable, who, { ...(name === undefined ? {} : { name }), ...(runtime === undefined ? {} : { runtime }) }), request),
  })
  operations.define({
    name: 'packs.get',
    summary: 'One version of a pack, by id or by name@version',
    http: 'GET /api/packs/:id',
    permission: 'packs:read',
    input: strict({ id: Ref }),
    output: Pack,
    errors: ['NOT_FOUND'],
    handle: ({ id }, { who }) => find(durable, id, who),
  })
  operations.define({
    name: 'packs.versions',
    summary: 'The versions of a pack, newest first',
    http: 'GET /api/packs/:name/versions',
    permission: 'packs:read',
    input: strict({ name: PackName }),
    output: Listing(Pack),
    errors: ['NOT_FOUND'],
    handle({ name }, { who }) {
      const items = [...seen(durable, who, { name })].sort((a, b) => semver.rcompare(a.version, b.version))
      if (items.length === 0) throw new KernelError('NOT_FOUND', `there is no pack "${name}"`)
      return { items, nextCursor: null }
    },
  })
}

function defineRegistration({ operations, state, commit }: PluginKernel): void {
  operations.define({
    name: 'packs.create',
    summary: 'Reserves a version of a pack; its bundle is sent after. May be repeated by its owner while there is no bundle',
    http: 'POST /api/packs',
    permission: 'packs:write',
    status: 201,
    isIdempotent: true,
    input: Registration,
    output: Pack,
    errors: ['VERSION_EXISTS', 'FORBIDDEN'],
    handle(input, { who, origin }) {
      const [first] = state.by('packs', 'name', input.name)
      if (first) mustOwn(first, who)
      const reserved = state.find('packs', 'version', `${input.name}@${input.version}`)
      if (reserved?.bundle)
        throw new KernelError('VERSION_EXISTS', `${input.name}@${input.version} exists: a version never changes, so choose a new one`)
      return commit(origin, (transaction) =>
        reserved
          ? transaction.amend('packs', reserved.id, input)
          : transaction.add('packs', {
              description: '',
              visibility: 'private',
              labels: {},
              annotations: {},
              metadata: {},
              ...input,
              ownerId: first ? first.ownerId : who.id,
              bundle: null,
            }),
      )
    },
  })
}

function defineChanges(kernel: PluginKernel): void {
  const { operations, state, commit } = kernel
  operations.define({
    name: 'packs.update',
    summary: "Changes a pack's description, visibility, labels or annotations",
    http: 'PATCH /api/packs/:id',
    permission: 'packs:write',
    input: strict({ id: Ref, ...details }),
    output: Pack,
    errors: ['NOT_FOUND', 'FORBIDDEN', 'PRECONDITION_FAILED'],
    handle({ id, ...patch }, { who, origin, ifMatch }) {
      const pack = find(state, id, who)
      mustOwn(pack, who)
      expectVersion(pack, ifMatch)
      return commit(origin, (transaction) => transaction.amend('packs', pack.id, patch))
    },
  })
  operations.define({
    name: 'packs.delete',
    summary: 'Deletes a version of a pack that no pod uses',
    http: 'DELETE /api/packs/:id',
    permission: 'packs:write',
    status: 204,
    input: strict({ id: Ref }),
    output: Type.Null(),
    errors: ['NOT_FOUND', 'FORBIDDEN', 'IN_USE', 'PRECONDITION_FAILED'],
    async handle({ id }, { who, origin, ifMatch }) {
      const pack = find(state, id, who)
      mustOwn(pack, who)
      expectVersion(pack, ifMatch)
      await remove(kernel, origin, pack)
      return null
    },
  })
}

/** Its record, its bundle unless another version has the same, and its source map. @throws KernelError IN_USE */
async function remove({ state, commit, need }: PluginKernel, origin: Origin, pack: Pack): Promise<void> {
  const { id, name, version, bundle } = pack
  await commit(origin, (transaction) => {
    const users = state.has('pods') ? state.by('pods', 'packId', id).filter((pod) => !isEnded(pod)) : []
    if (users.length > 0) throw new KernelError('IN_USE', `${users.length} pods run ${name}@${version}: stop them first`)
    const deployments = state.has('deployments') ? [...state.all('deployments')] : []
    const deployment = deployments.find(({ revisions }) => revisions.at(-1)?.packId === id)
    if (deployment) throw new KernelError('IN_USE', `deployment ${deployment.name} is at ${name}@${version}: move or delete it first`)
    transaction.delete('packs', id)
  })
  await need('sourceMaps').forget(id)
  const isShared = [...state.all('packs')].some((other) => other.bundle !== null && other.bundle.sha256 === bundle?.sha256)
  if (bundle && !isShared) await need('bundles').delete(bundle.sha256)
}

function defineBundle({ operations, state, durable, commit, need }: PluginKernel): void {
  operations.define({
    name: 'packs.upload',
    summary: 'Gives a reserved version its bundle: the raw bytes of one ES module, 50 MB at most',
    http: 'PUT /api/packs/:id/bundle',
    permission: 'packs:write',
    query: ['sha256'],
    bytes: 'bytes',
    input: strict({ id: Ref, sha256: Type.Optional(Sha256), bytes: Type.Unsafe<Buffer>({ description: 'the raw body' }) }),
    output: Pack,
    errors: ['NOT_FOUND', 'FORBIDDEN', 'VERSION_EXISTS', 'BUNDLE_TOO_LARGE', 'INVALID_BUNDLE', 'HASH_MISMATCH'],
    async handle({ id, bytes, sha256: expected }, { who, origin }) {
      const pack = find(state, id, who)
      mustOwn(pack, who)
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      if (expected !== undefined && expected !== sha256) {
        throw new KernelError('HASH_MISMATCH', `what arrived has the sha-256 ${sha256}, and ${expected} was announced: send it again`)
      }
      if (pack.bundle?.sha256 === sha256) return pack
      mustBeVacant(pack)
      await checkBundle(bytes)
      await need('bundles').put(sha256, bytes)
      return commit(origin, (transaction) => {
        mustBeVacant(lookUp(state, 'packs', { ref: pack.id, rule: 'version' }))
        return transaction.update('packs', pack.id, { bundle: { path: `bundles/${sha256}.mjs`, sha256, bytes: bytes.length } })
      })
    },
  })
  operations.define({
    name: 'packs.download',
    summary: 'The bundle of a pack',
    http: 'GET /api/packs/:id/bundle',
    permission: 'bundles:read',
    gives: 'bytes',
    input: strict({ id: Ref }),
    output: Type.Unknown(),
    errors: ['NOT_FOUND', 'BUNDLE_MISSING'],
    async handle({ id }, { who }) {
      const pack = find(durable, id, who)
      if (!pack.bundle) throw new KernelError('BUNDLE_MISSING', `${pack.name}@${pack.version} has no bundle yet`)
      const bytes = await need('bundles').get(pack.bundle.sha256)
      if (!bytes) throw new KernelError('NOT_FOUND', `the bundle ${pack.bundle.sha256} is not in the store`)
      return new Download(bytes, { contentType: 'text/javascript; charset=utf-8', etag: pack.bundle.sha256 })
    },
  })
}

function mustBeVacant({ bundle, name, version }: Pack): void {
  if (bundle)
    throw new KernelError('VERSION_EXISTS', `${name}@${version} has another bundle already: a version never changes, so choose a new one`)
}
