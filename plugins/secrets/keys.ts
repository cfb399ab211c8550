/**
 * Keys that seal secrets: AES-256-GCM, the newest seals, and all of them open. From the environment, where several control planes share
 * them, or from a file that is made at the first start and is readable by its owner only. Whoever has a key and the database has all
 * secrets; whoever has one of the two has none.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { KernelError } from '../../kernel/index.ts'

const ALGORITHM = 'aes-256-gcm'
const KEY_BYTES = 32
const IV_BYTES = 12
const TAG_BYTES = 16
const FILE = 'secrets-key'

interface Key {
  readonly id: string
  readonly bytes: Buffer
}

/** Sealed text, and which key opens it. */
export interface Sealed {
  readonly keyId: string
  readonly sealed: string
}

export class KeyRing {
  /** Newest first. */
  #keys: readonly Key[]
  /** Where new keys are kept; undefined when the keys came from the environment. */
  readonly #file: string | undefined

  private constructor(keys: readonly Key[], file?: string) {
    this.#keys = keys
    this.#file = file
  }

  /** @param texts 32 bytes each in base64, the newest first; without any, the file of the directory is read, or made */
  static open({ directory, texts }: { readonly directory: string; readonly texts: readonly string[] }): KeyRing {
    if (texts.length > 0) return new KeyRing(texts.map(keyOf))
    const file = path.join(directory, FILE)
    try {
      return new KeyRing(readFileSync(file, 'utf8').trim().split('\n').map(keyOf), file)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
    const ring = new KeyRing([], file)
    ring.addKey()
    return ring
  }

  get newest(): string {
    return this.#keys[0]?.id ?? ''
  }

  /** Whether it can make keys by itself. */
  get isOwn(): boolean {
    return this.#file !== undefined
  }

  /** From here on a new key seals. */
  addKey(): void {
    this.#keep([newKey(), ...this.#keys])
  }

  /** Only the newest is left: nothing is sealed with the others any more. */
  forgetOld(): void {
    this.#keep(this.#keys.slice(0, 1))
  }

  /** @param about what it is sealed for: nobody can put it in another's place */
  seal(text: string, about: string): Sealed {
    const [key] = this.#keys
    if (!key) throw new Error('there is no key to seal with')
    const iv = randomBytes(IV_BYTES)
    const cipher = createCipheriv(ALGORITHM, key.bytes, iv).setAAD(Buffer.from(about))
    const bytes = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
    return { keyId: key.id, sealed: bytes.toString('base64') }
  }

  /** @throws KernelError SECRET_UNREADABLE when its key is not here, or somebody changed it */
  unseal({ keyId, sealed }: Sealed, about: string): string {
    const key = this.#keys.find(({ id }) => id === keyId)
    if (!key) throw new KernelError('SECRET_UNREADABLE', `the secret was sealed with the key ${keyId}, which is not here`)
    const bytes = Buffer.from(sealed, 'base64')
    const decipher = createDecipheriv(ALGORITHM, key.bytes, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
    decipher.setAAD(Buffer.from(about)).setAuthTag(bytes.subarray(-TAG_BYTES))
    try {
      return decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
    } catch (cause) {
      throw new KernelError('SECRET_UNREADABLE', 'the secret is not what was sealed: the store was changed', { cause })
    }
  }

  #keep(keys: readonly Key[]): void {
    if (this.#file !== undefined) write(this.#file, `${keys.map(({ bytes }) => bytes.toString('base64')).join('\n')}\n`)
    this.#keys = keys
  }
}

/** @throws Error when it is no key */
function keyOf(text: string): Key {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length !== KEY_BYTES) throw new Error(`a key for secrets is ${KEY_BYTES} bytes in base64, as of: openssl rand -base64 32`)
  return { bytes, id: createHash('sha256').update(bytes).digest('hex').slice(0, 16) }
}

const newKey = (): Key => keyOf(randomBytes(KEY_BYTES).toString('base64'))

/** Whole or not at all, and on the disk before anything is sealed with it. */
function write(file: string, text: string): void {
  const temporary = `${file}.new`
  writeFileSync(temporary, text, { mode: 0o600, flush: true })
  renameSync(temporary, file)
  const folder = openSync(path.dirname(file), 'r')
  fsyncSync(folder)
  closeSync(folder)
}
