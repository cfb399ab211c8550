/**
 * Accounts as administrators see them: who has which role, where each may create, and who is disabled. Everything counts at
 * once, because roles are looked up at each call. Adds the operations users.*.
 */
import { Type } from 'typebox'
import {
  expectVersion,
  invalid,
  KernelError,
  Listing,
  lookUp,
  page,
  Page,
  Ref,
  strict,
  User,
  type PluginKernel,
  type Reader,
  type Transaction,
} from '../../kernel/index.ts'
import { FIRST_NAMESPACES } from './accounts.ts'
import { Email, Password, signUp } from './log-in.ts'

/** The role `node` is for machines. */
const Roles = Type.Array(Type.Enum(['admin', 'user', 'viewer']), { maxItems: 3, uniqueItems: true })
const { namespaces, disabled } = User.properties

export function defineUsers(kernel: PluginKernel): void {
  defineReads(kernel)
  defineCreate(kernel)
  defineUpdate(kernel)
  kernel.onDurable(({ changes }) => {
    const gone = changes.flatMap((change) => (change.kind === 'namespaces' && change.op === 'delete' ? [nameOf(change.before)] : []))
    return gone.length > 0 ? letOut(kernel, gone) : undefined
  })
}

function defineReads({ operations, durable }: PluginKernel): void {
  operations.define({
    name: 'users.list',
    summary: 'Accounts',
    http: 'GET /api/users',
    permission: 'users:read',
    input: strict({ ...Page, email: Type.Optional(Type.String({ maxLength: 254 })), disabled: Type.Optional(disabled) }),
    output: Listing(User),
    handle({ email, disabled, ...request }) {
      const wanted = [...durable.all('users')].filter(
        (user) =>
          (email === undefined || user.email.toLowerCase() === email.toLowerCase()) &&
          (disabled === undefined || user.disabled === disabled),
      )
      return page(wanted, request)
    },
  })
  operations.define({
    name: 'users.get',
    summary: 'One account, by id or e-mail address',
    http: 'GET /api/users/:id',
    permission: 'users:read',
    input: strict({ id: Ref }),
    output: User,
    errors: ['NOT_FOUND'],
    handle: ({ id }) => find(durable, id),
  })
}

const find = (reader: Reader, ref: string): User => lookUp(reader, 'users', { ref, rule: 'email', key: ref.toLowerCase() })

function defineCreate(kernel: PluginKernel): void {
  kernel.operations.define({
    name: 'users.create',
    summary: 'Makes an account for somebody, with a first password',
    http: 'POST /api/users',
    permission: 'users:write',
    status: 201,
    input: strict({ email: Email, password: Password, roles: Type.Optional(Roles), namespaces: Type.Optional(namespaces) }),
    output: User,
    errors: ['ALREADY_EXISTS', 'WEAK_PASSWORD', 'INVALID'],
    async handle({ email, password, roles = ['user' as const], namespaces = [...FIRST_NAMESPACES] }, { origin }) {
      mustExist(kernel.state, namespaces)
      const { userId, email: known } = await signUp(kernel, email, password)
      return kernel.commit(origin, (transaction) =>
        transaction.add('users', { id: userId, email: known, roles, namespaces, disabled: false }),
      )
    },
  })
}

function defineUpdate({ operations, state, commit }: PluginKernel): void {
  operations.define({
    name: 'users.update',
    summary: "Changes a user's roles, where the user may create, or whether the account is disabled, which ends its sessions",
    http: 'PATCH /api/users/:id',
    permission: 'users:write',
    input: strict({
      id: Ref,
      roles: Type.Optional(Roles),
      namespaces: Type.Optional(namespaces),
      disabled: Type.Optional(disabled),
    }),
    output: User,
    errors: ['NOT_FOUND', 'INVALID', 'LAST_ADMINISTRATOR', 'PRECONDITION_FAILED'],
    handle({ id: ref, ...patch }, { origin, ifMatch }) {
      const before = find(state, ref)
      expectVersion(before, ifMatch)
      mustExist(state, patch.namespaces ?? [])
      return commit(origin, (transaction) => {
        const user = transaction.amend('users', before.id, patch)
        mustLeaveAdministrator(transaction)
        if (user.disabled) for (const { id } of state.by('sessions', 'userId', user.id)) transaction.delete('sessions', id)
        return user
      })
    },
  })
}

function mustExist(state: PluginKernel['state'], names: readonly string[]): void {
  const missing = names.filter((name) => name !== '*' && state.has('namespaces') && !state.find('namespaces', 'name', name))
  if (missing.length > 0) throw invalid([{ path: '/namespaces', message: `has ${missing.join(', ')}, and there is no such namespace` }])
}

function mustLeaveAdministrator({ state }: Transaction): void {
  for (const { roles, disabled } of state.all('users')) if (roles.includes('admin') && !disabled) return
  throw new KernelError('LAST_ADMINISTRATOR', 'this is the last administrator who is not disabled: make another one first')
}

const nameOf = (record: object): string => ('name' in record && typeof record.name === 'string' ? record.name : '')

/** A namespace of the same name that somebody makes later is another. */
async function letOut({ state, commit }: PluginKernel, gone: readonly string[]): Promise<void> {
  await commit({ actorId: 'auth' }, (transaction) => {
    for (const { id, namespaces } of state.all('users')) {
      const left = namespaces.filter((name) => !gone.includes(name))
      if (left.length < namespaces.length) transaction.update('users', id, { namespaces: left })
    }
  })
}
