/**
 * One file from outside, followed: what it gives is loaded again when it, or what it imports, has changed. A version that cannot
 * be loaded is said to be so, and what the version before it gave stays.
 */
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { compile, type Module } from './compile.ts'

/** How late the time of a change may be. */
const MTIME_MS = 20

export interface Loaded<T> {
  /** What its newest version that could be loaded gives. */
  readonly value: T | undefined
  /** Why its newest version cannot be used. */
  readonly failure: string | undefined
}

export class FollowedFile<T> {
  readonly path: string
  readonly #read: (module: Module) => T
  #loaded: Loaded<T> = { value: undefined, failure: undefined }
  #inputs: readonly string[]
  #signature: string | undefined
  #hash: string | undefined

  /** @param read what the file's module is for; throws Error saying what is wrong with it */
  constructor(file: string, read: (module: Module) => T) {
    this.path = file
    this.#inputs = [file]
    this.#read = read
  }

  /** Where a change may mean another version. */
  get folders(): readonly string[] {
    return [...new Set(this.#inputs.map((input) => path.dirname(input)))]
  }

  async load(): Promise<Loaded<T>> {
    const signature = await this.#sign()
    if (signature !== undefined && signature === this.#signature) return this.#loaded
    const startedMs = Date.now()
    this.#loaded = await this.#newest()
    this.#signature = await this.#sign(startedMs)
    return this.#loaded
  }

  async #newest(): Promise<Loaded<T>> {
    if ((await versionOf(this.path)).isMissing) {
      this.#hash = undefined
      return { value: undefined, failure: 'is not there' }
    }
    try {
      const { inputs, hash, load } = await compile(this.path)
      this.#inputs = inputs
      // The same again, as after a touch or when an edit was taken back, stays what it is.
      const value = hash === this.#hash ? this.#loaded.value : this.#read(await load())
      this.#hash = hash
      return { value, failure: undefined }
    } catch (error) {
      return { value: this.#loaded.value, failure: error instanceof Error ? error.message : String(error) }
    }
  }

  /** @returns undefined when a file was changed after `beforeMs`: which version was read is not known then */
  async #sign(beforeMs = Infinity): Promise<string | undefined> {
    // Of a file that failed, what it imports is not all known: it may be fixed by another file in its folder.
    const watched = this.#loaded.failure === undefined ? this.#inputs : [...this.#inputs, path.dirname(this.path)]
    const versions = await Promise.all(watched.map(versionOf))
    return versions.some(({ mtimeMs }) => mtimeMs > beforeMs - MTIME_MS) ? undefined : versions.map(({ text }) => text).join('\n')
  }
}

interface Version {
  readonly text: string
  readonly mtimeMs: number
  readonly isMissing: boolean
}

async function versionOf(file: string): Promise<Version> {
  try {
    const { mtimeMs, size, ino } = await stat(file)
    return { text: `${file} ${mtimeMs} ${size} ${ino}`, mtimeMs, isMissing: false }
  } catch (error) {
    if (isMissing(error)) return { text: `${file} is missing`, mtimeMs: 0, isMissing: true }
    throw error
  }
}

export const isMissing = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')
