/**
 * A creation that is asked for twice with one Idempotency-Key is done once. The key is written in the same commit as what it
 * created, so that it holds over a crash between the two.
 * Taps persist, before the store, and the operations' replay.
 */
import { createHash } from 'node:crypto'
import { Type } from 'typebox'
import {
  Id,
  KernelError,
  Meta,
  strict,
  sweep,
  timestamp,
  Time,
  type Call,
  type Change,
  type KindName,
  type Operation,
  type Plugin,
  type PluginKernel,
} from '../kernel/index.ts'

const KEPT_MS = 24 * 3_600_000
const SWEEP_MS = 600_000

const IdempotencyKey = strict({
  ...Meta,
  principalId: Type.String(),
  operation: Type.String(),
  inputHash: Type.String(),
  kind: Type.String(),
  objectId: Id,
  expiresAt: Time,
})

export const idempotency = (): Plugin => ({
  name: 'idempotency',
  apply(kernel) {
    /** Inputs of calls under way, by key: the commit that they lead to has only the key. */
    const underway = new Map<string, string>()
    kernel.kinds.define('idempotencyKeys', { schema: IdempotencyKey })
    kernel.operations.replay.tapPromise('idempotency', (operation, input, call) => replay(kernel, underway, { operation, input, call }))
    kernel.hooks.persist.tap('idempotency', (draft) => {
      const { idempotencyKey, operation, actorId } = draft.origin
      if (idempotencyKey === undefined || operation === undefined) return
      const id = keyId(actorId, idempotencyKey)
      const created = draft.changes.find(isCreation)
      const inputHash = underway.get(id)
      if (!created || inputHash === undefined || kernel.state.get('idempotencyKeys', id)) return
      const expiresAt = timestamp(draft.at + KEPT_MS)
      draft.create('idempotencyKeys', {
        id,
        principalId: actorId,
        operation,
        inputHash,
        kind: created.kind,
        objectId: created.id,
        expiresAt,
      })
    })
    kernel.clock.every(SWEEP_MS, () => void forget(kernel))
  },
})

const isCreation = (change: Change): boolean => change.op === 'put' && change.before === undefined

async function replay(
  kernel: PluginKernel,
  underway: Map<string, string>,
  { operation, input, call }: { operation: Operation; input: object; call: Call },
): Promise<{ readonly output: unknown } | undefined> {
  if (call.idempotencyKey === undefined) return undefined
  const id = keyId(call.origin.actorId, call.idempotencyKey)
  const inputHash = createHash('sha256')
    .update(JSON.stringify([operation.name, input]))
    .digest('hex')
  const known = kernel.state.get('idempotencyKeys', id)
  const running = underway.get(id)
  if ((known?.inputHash ?? running ?? inputHash) !== inputHash) {
    throw new KernelError('IDEMPOTENCY_KEY_REUSED', 'this Idempotency-Key was used for another request: use a new one for each')
  }
  if (known) return replayed(kernel, known)
  if (running !== undefined)
    throw new KernelError('CONFLICT', 'the first request with this Idempotency-Key is still under way: ask again in a moment')
  underway.set(id, inputHash)
  try {
    return { output: await operation.handle(input as never, call) }
  } finally {
    underway.delete(id)
  }
}

function replayed(
  { durable }: PluginKernel,
  { kind, objectId }: { readonly kind: string; readonly objectId: string },
): { readonly output: unknown } {
  const output = durable.get(kind as KindName, objectId)
  if (!output) throw new KernelError('NOT_FOUND', `what this Idempotency-Key created (${kind} ${objectId}) is gone, or not durable yet`)
  return { output }
}

/** A uuid made of who asks and the key, so that one person's keys never meet another's. */
function keyId(actorId: string, key: string): string {
  const hex = createHash('sha256').update(`${actorId}\n${key}`).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-')
}

async function forget(kernel: PluginKernel): Promise<void> {
  const now = timestamp(kernel.clock.now())
  const expired = [...kernel.state.all('idempotencyKeys')].filter(({ expiresAt }) => expiresAt < now)
  await sweep(kernel, { kind: 'idempotencyKeys', actorId: 'idempotency', ids: expired.map(({ id }) => id) })
}
