/** The service seals: the keys of secrets, for what other plugins store. */
import { KernelError } from '../../kernel/index.ts'
import type { Seals } from '../services.ts'
import type { KeyRing } from './keys.ts'

/** @param rotated is given what to do when keys change */
export const sealsOf = (keys: () => KeyRing, rotated: (() => Promise<void>)[]): Seals => ({
  seal(text, about) {
    const { keyId, sealed } = keys().seal(text, about)
    return `${keyId}:${sealed}`
  },
  unseal(text, about) {
    const [keyId, sealed] = text.split(':', 2)
    if (keyId === undefined || sealed === undefined) throw new KernelError('SECRET_UNREADABLE', 'this was not sealed here')
    return keys().unseal({ keyId, sealed }, about)
  },
  onRotate: (sealAnew) => rotated.push(sealAnew),
})
