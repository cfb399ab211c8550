/** Calls of operations as a given somebody, past the transports: credential and permission are tested over REST and WebSocket. */
import type { Call, Kernel, LiveSession, Principal } from '../../kernel/index.ts'

export const admin: Principal = {
  id: 'a0000000-0000-4000-8000-000000000001',
  kind: 'user',
  roles: ['admin'],
  permissions: ['*'],
  credentialId: 'c0000000-0000-4000-8000-000000000001',
  name: 'admin',
}
export const userNamed = (name: string, id: string): Principal => ({
  id,
  kind: 'user',
  roles: ['user'],
  permissions: ['*'],
  credentialId: 'c0000000-0000-4000-8000-000000000001',
  name,
})
export const nodeOf = (id: string): Principal => ({
  id,
  kind: 'node',
  roles: ['node'],
  permissions: ['*'],
  credentialId: 'c0000000-0000-4000-8000-000000000002',
  name: 'node',
})

export interface CallOptions {
  readonly who?: Principal
  readonly ifMatch?: number
  readonly idempotencyKey?: string
  readonly session?: LiveSession
}

/** @throws KernelError what the operation refuses with */
export async function call<T>(
  kernel: Kernel,
  name: string,
  input: object = {},
  { who = admin, ifMatch, idempotencyKey, session }: CallOptions = {},
): Promise<T> {
  const operation = kernel.operations.get(name)
  if (!operation) throw new Error(`no operation ${name}`)
  const made: Call = {
    who,
    correlationId: 'test',
    remote: '127.0.0.1',
    ifMatch,
    idempotencyKey,
    signal: undefined,
    operation: name,
    session,
    origin: { actorId: who.id, correlationId: 'test', operation: name, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) },
    status: undefined,
  }
  return (await kernel.operations.run(operation, input, made)) as T
}
