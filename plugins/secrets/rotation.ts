/**
 * New keys: whatever an older key sealed is sealed with the newest, at start (so a key that was put first in the environment takes over)
 * and when an administrator asks, who also gets a new key where the server keeps them. Old keys go when nothing needs them any more.
 * Adds the operation secrets.rotate.
 */
import { Type } from 'typebox'
import { KernelError, strict, type Origin, type PluginKernel } from '../../kernel/index.ts'
import type { KeyRing } from './keys.ts'

/** In one commit. */
const SEALED_PER_COMMIT = 200

/** @param rotated what others have to do before the old key goes */
export function rotate(kernel: PluginKernel, keys: () => KeyRing, rotated: readonly (() => Promise<void>)[]): void {
  kernel.operations.define({
    name: 'secrets.rotate',
    summary: 'Makes a new key and seals every secret with it; the old key is forgotten',
    http: 'POST /api/secrets/rotate',
    permission: 'secrets:rotate',
    input: strict({}),
    output: strict({ keyId: Type.String(), sealed: Type.Integer({ description: 'how many secrets were sealed anew' }) }),
    errors: ['CONFLICT'],
    async handle(_input, { origin }) {
      const ring = keys()
      if (!ring.isOwn) {
        throw new KernelError(
          'KEYS_ARE_GIVEN',
          'the keys come from STARK_SECRETS_KEY: put a new one before the old ones there, and restart',
        )
      }
      ring.addKey()
      const sealed = await sealAnew(kernel, ring, origin)
      for (const sealTheirs of rotated) await sealTheirs()
      ring.forgetOld()
      return { keyId: ring.newest, sealed }
    },
  })
  kernel.onStart(async () => {
    const sealed = await sealAnew(kernel, keys(), { actorId: 'secrets' })
    if (sealed > 0) kernel.log.info('secrets were sealed with the newest key', { secrets: sealed })
  })
}

/** @returns how many. What no key opens stays as it is: it is told where it is asked for. */
async function sealAnew({ state, commit, log }: PluginKernel, ring: KeyRing, origin: Origin): Promise<number> {
  const old = [...state.all('secrets')].filter(({ keyId }) => keyId !== ring.newest).map(({ id }) => id)
  let count = 0
  for (let from = 0; from < old.length; from += SEALED_PER_COMMIT) {
    await commit(origin, (transaction) => {
      for (const id of old.slice(from, from + SEALED_PER_COMMIT)) {
        const secret = state.get('secrets', id)
        if (!secret || secret.keyId === ring.newest) continue
        const about = `${secret.id} ${secret.namespace}/${secret.name}`
        try {
          transaction.update('secrets', id, ring.seal(ring.unseal(secret, about), about))
          count += 1
        } catch (error) {
          if (!(error instanceof KernelError) || error.code !== 'SECRET_UNREADABLE') throw error
          log.error('a secret cannot be opened', { secret: `${secret.namespace}/${secret.name}`, error: error.message })
        }
      }
    })
  }
  return count
}
