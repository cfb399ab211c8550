/**
 * Bundles on disk, each in a file named by its sha-256 and verified before every use, because a disk is not to be trusted for
 * longer than that. Bounded: what was used longest ago goes first, and never what a pod uses.
 */
import { createHash } from 'node:crypto'
import { chmod, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { KernelError } from '../../kernel/errors.ts'

/** Twenty of the largest bundles. */
const BUNDLE_CACHE_BYTES_MAX = 1_000_000_000
const SHA256 = /^[0-9a-f]{64}$/

export interface CachedBundle {
  readonly path: string
  /** Says that no pod uses it any more. To be called once for each get. */
  release(): void
}

export interface BundleCache {
  /**
   * Verifies the file that is there, or downloads it.
   * @throws KernelError HASH_MISMATCH when what was downloaded is something else
   */
  get(sha256: string, download: () => Promise<Uint8Array>): Promise<CachedBundle>
}

export async function openBundleCache(folder: string, { bytesMax = BUNDLE_CACHE_BYTES_MAX } = {}): Promise<BundleCache> {
  await mkdir(folder, { recursive: true })
  await removePartial(folder)
  const downloads = new Map<string, Promise<void>>()
  const uses = new Map<string, number>()

  /** Concurrent wishes for one bundle share one verification and one download. */
  const provide = (sha256: string, download: () => Promise<Uint8Array>): Promise<void> => {
    const running = downloads.get(sha256)
    if (running) return running
    const makeRoom = (): Promise<void> => trim(folder, 0, uses)
    const started = fill({ folder, sha256, download, makeRoom }).finally(() => downloads.delete(sha256))
    downloads.set(sha256, started)
    return started
  }
  const release = (sha256: string): void => {
    const left = (uses.get(sha256) ?? 0) - 1
    if (left > 0) uses.set(sha256, left)
    else uses.delete(sha256)
  }
  return {
    async get(sha256, download) {
      if (!SHA256.test(sha256)) throw new KernelError('INVALID', `${sha256.slice(0, 80)} is no sha-256 in lower-case hex`)
      // Counted before the first await, so that a trim that runs meanwhile leaves it.
      uses.set(sha256, (uses.get(sha256) ?? 0) + 1)
      try {
        await provide(sha256, download)
        await trim(folder, bytesMax, uses)
      } catch (error) {
        release(sha256)
        throw error
      }
      let isReleased = false
      return {
        path: fileOf(folder, sha256),
        release() {
          if (!isReleased) release(sha256)
          isReleased = true
        },
      }
    },
  }
}

const fileOf = (folder: string, sha256: string): string => path.join(folder, `${sha256}.mjs`)

interface Filling {
  readonly folder: string
  readonly sha256: string
  readonly download: () => Promise<Uint8Array>
  /** Removes all that no pod uses. */
  readonly makeRoom: () => Promise<void>
}

async function fill({ folder, sha256, download, makeRoom }: Filling): Promise<void> {
  const file = fileOf(folder, sha256)
  if (await isIntact(file, sha256)) {
    const now = new Date()
    // The time of the last use, which is what trim goes by.
    return utimes(file, now, now)
  }
  const bytes = await download()
  const actual = hashOf(bytes)
  if (actual !== sha256)
    throw new KernelError('HASH_MISMATCH', `the bundle that was downloaded has the sha-256 ${actual}, and not ${sha256}`)
  try {
    await place(file, bytes)
  } catch (error) {
    if (!['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    // The disk is full, and maybe of bundles.
    await makeRoom()
    await place(file, bytes)
  }
}

/** Whole or not at all. */
async function place(file: string, bytes: Uint8Array): Promise<void> {
  const partial = `${file}.${process.pid}.partial`
  try {
    await writeFile(partial, bytes)
    // Pods run as another user when the agent is root, and nobody has a reason to write it again.
    await chmod(partial, 0o444)
    await rename(partial, file)
  } catch (error) {
    await rm(partial, { force: true })
    throw error
  }
}

async function isIntact(file: string, sha256: string): Promise<boolean> {
  try {
    return hashOf(await readFile(file)) === sha256
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

async function trim(folder: string, bytesMax: number, uses: ReadonlyMap<string, number>): Promise<void> {
  const names = (await readdir(folder)).filter((name) => SHA256.test(name.replace(/\.mjs$/, '')))
  const files = await Promise.all(names.map(async (name) => ({ name, stats: await stat(path.join(folder, name)).catch(() => undefined) })))
  const present = files.flatMap(({ name, stats }) => (stats ? [{ name, bytes: stats.size, usedAt: stats.mtimeMs }] : []))
  let total = present.reduce((sum, { bytes }) => sum + bytes, 0)
  for (const { name, bytes } of present.sort((a, b) => a.usedAt - b.usedAt)) {
    if (total <= bytesMax) return
    if (uses.has(name.replace(/\.mjs$/, ''))) continue
    await rm(path.join(folder, name), { force: true })
    total -= bytes
  }
}

/** What a process that was killed while it downloaded has left. */
async function removePartial(folder: string): Promise<void> {
  for (const name of await readdir(folder)) if (name.endsWith('.partial')) await rm(path.join(folder, name), { force: true })
}
