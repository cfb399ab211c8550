/** One call that came over a connection: judged and run as those that come over HTTP are. */
import { KernelError, type LiveSession, type PluginKernel } from '../../kernel/index.ts'
import type { FromClient } from '../../kernel/wire/frames.ts'

export type Ask = Extract<FromClient, { readonly type: 'ask' }>

export interface Asker {
  readonly actorId: string
  readonly bearer: string | undefined
  readonly remote: string
  readonly session: LiveSession
  readonly correlationId: string
}

/** @throws KernelError */
export async function run({ operations }: PluginKernel, { operation: name, input, idempotencyKey }: Ask, asker: Asker): Promise<unknown> {
  const { actorId, bearer, remote, session, correlationId } = asker
  const operation = operations.get(name)
  if (!operation) throw new KernelError('NOT_FOUND', `there is no operation "${name}"`)
  const who = await operations.judge(operation, { bearer, remote, correlationId })
  if (operation.gives ?? operation.bytes) throw new KernelError('INVALID', `${name} moves bytes or lines: call it over HTTP`)
  const origin = {
    actorId,
    roles: who.roles,
    credentialId: who.credentialId,
    remote,
    correlationId,
    operation: name,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  }
  return operations.run(operation, input, {
    who,
    correlationId,
    remote,
    ifMatch: undefined,
    idempotencyKey,
    signal: undefined,
    operation: name,
    session,
    origin,
    status: undefined,
  })
}
