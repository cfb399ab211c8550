/**
 * Namespaces: where names are unique and, later, where quotas hold. Three are reserved and cannot be deleted.
 * Adds the kind namespaces and its operations; taps admit, so that nothing is created in one that is missing or terminating.
 * A deleted namespace is `terminating` until what is inside has gone; then it goes too.
 */
import { Type } from 'typebox'
import {
  Annotations,
  expectVersion,
  KernelError,
  Labels,
  LimitRange,
  Listing,
  lookUp,
  Namespace,
  nullable,
  page,
  Page,
  Ref,
  ResourceQuota,
  strict,
  type Plugin,
  type PluginKernel,
  type Reader,
} from '../kernel/index.ts'

/** What has to be gone before a namespace goes. */
const CONTENTS = ['pods', 'deployments'] as const

const RESERVED = ['default', 'stark-system', 'stark-public']

const spec = {
  labels: Type.Optional(Labels),
  annotations: Type.Optional(Annotations),
  resourceQuota: Type.Optional(nullable(ResourceQuota)),
  limitRange: Type.Optional(nullable(LimitRange)),
}

export const namespaces = (): Plugin => ({
  name: 'namespaces',
  apply(kernel) {
    kernel.kinds.define<Namespace>('namespaces', {
      schema: Namespace,
      shapesPlacement: true,
      unique: { name: ({ name }) => name },
      watch: { permission: 'namespaces:read', view: (namespace) => namespace },
    })
    kernel.hooks.admit.tap('namespaces', (record, { before, state }) => {
      if (!before && 'namespace' in record && typeof record.namespace === 'string') mustBeActive(state, record.namespace)
    })
    defineReads(kernel)
    defineWrites(kernel)
    kernel.onStart(() => ensureReserved(kernel))
    kernel.onStart(() => finish(kernel))
    kernel.onDurable(({ changes }) => {
      const matters = changes.some(({ kind, op }) => kind === 'namespaces' || (CONTENTS.some((each) => each === kind) && op === 'delete'))
      return matters ? finish(kernel) : undefined
    })
  },
})

function mustBeActive(state: Reader, name: string): void {
  const namespace = state.find('namespaces', 'name', name)
  if (!namespace) {
    const message = `there is no namespace "${name}"`
    throw new KernelError('NOT_FOUND', message, { errors: [{ path: '/namespace', message }] })
  }
  if (namespace.phase === 'terminating') {
    throw new KernelError('NAMESPACE_TERMINATING', `namespace "${name}" is being deleted: nothing can be created in it`)
  }
}

function defineReads({ operations, durable }: PluginKernel): void {
  operations.define({
    name: 'namespaces.list',
    summary: 'Namespaces',
    http: 'GET /api/namespaces',
    permission: 'namespaces:read',
    input: strict({ ...Page, labelSelector: Type.Optional(Type.String()) }),
    output: Listing(Namespace),
    handle: (input) => page(durable.all('namespaces'), input),
  })
  operations.define({
    name: 'namespaces.get',
    summary: 'One namespace',
    http: 'GET /api/namespaces/:name',
    permission: 'namespaces:read',
    input: strict({ name: Ref }),
    output: Namespace,
    errors: ['NOT_FOUND'],
    handle: ({ name }) => lookUp(durable, 'namespaces', { ref: name, rule: 'name' }),
  })
}

function defineWrites(kernel: PluginKernel): void {
  const { operations, commit, state } = kernel
  operations.define({
    name: 'namespaces.create',
    summary: 'Creates a namespace',
    http: 'POST /api/namespaces',
    permission: 'namespaces:write',
    status: 201,
    isIdempotent: true,
    input: strict({ name: Namespace.properties.name, ...spec }),
    output: Namespace,
    errors: ['ALREADY_EXISTS'],
    handle: (input, { origin }) =>
      commit(origin, (transaction) =>
        transaction.add('namespaces', { phase: 'active', resourceQuota: null, limitRange: null, labels: {}, annotations: {}, ...input }),
      ),
  })
  operations.define({
    name: 'namespaces.update',
    summary: "Changes a namespace's labels, annotations, quota or limit range",
    http: 'PATCH /api/namespaces/:name',
    permission: 'namespaces:write',
    input: strict({ name: Ref, ...spec }),
    output: Namespace,
    errors: ['NOT_FOUND', 'PRECONDITION_FAILED'],
    handle({ name, ...patch }, { origin, ifMatch }) {
      const namespace = lookUp(state, 'namespaces', { ref: name, rule: 'name' })
      expectVersion(namespace, ifMatch)
      return commit(origin, (transaction) => transaction.amend('namespaces', namespace.id, patch))
    },
  })
  operations.define({
    name: 'namespaces.delete',
    summary: 'Deletes a namespace with what is inside',
    http: 'DELETE /api/namespaces/:name',
    permission: 'namespaces:write',
    status: 202,
    input: strict({ name: Ref }),
    output: Namespace,
    errors: ['NOT_FOUND', 'RESERVED', 'PRECONDITION_FAILED'],
    handle({ name }, { origin, ifMatch }) {
      const namespace = lookUp(state, 'namespaces', { ref: name, rule: 'name' })
      expectVersion(namespace, ifMatch)
      if (RESERVED.includes(namespace.name)) throw new KernelError('RESERVED', `namespace "${namespace.name}" is reserved and stays`)
      return commit(origin, (transaction) => transaction.amend('namespaces', namespace.id, { phase: 'terminating' }))
    },
  })
}

/** The store's migrations bring the reserved namespaces; a store without them is given them here. */
async function ensureReserved({ state, commit }: PluginKernel): Promise<void> {
  await commit({ actorId: 'namespaces' }, (transaction) => {
    for (const name of RESERVED) {
      if (state.find('namespaces', 'name', name)) continue
      transaction.add('namespaces', { name, phase: 'active', resourceQuota: null, limitRange: null, labels: {}, annotations: {} })
    }
  })
}

/** Removes the terminating namespaces that have become empty. */
async function finish({ state, commit }: PluginKernel): Promise<void> {
  const empty = [...state.all('namespaces')].filter(({ phase, name }) => phase === 'terminating' && isEmpty(state, name))
  if (empty.length === 0) return
  await commit({ actorId: 'namespaces' }, (transaction) => {
    for (const { id } of empty) if (state.get('namespaces', id)) transaction.delete('namespaces', id)
  })
}

const isEmpty = (state: PluginKernel['state'], name: string): boolean =>
  CONTENTS.every((kind) => !state.has(kind) || state.table(kind).idsBy('namespace', name).size === 0)
