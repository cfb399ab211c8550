/** The bundle cache: only what has the right hash is ever used, and the disk is bounded. */
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { openBundleCache } from '../../agents/node/bundle-cache.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** A disk that takes so much. */
const disk = vi.hoisted(() => ({ bytes: Infinity }))
vi.mock(import('node:fs/promises'), async (original) => {
  const real = await original()
  const writeFile = async (file: string, data: Uint8Array): Promise<void> => {
    const { dirname, join } = await import('node:path')
    const names = await real.readdir(dirname(file))
    const sizes = await Promise.all(names.map(async (name) => (await real.stat(join(dirname(file), name))).size))
    const free = disk.bytes - sizes.reduce((sum, size) => sum + size, 0)
    await real.writeFile(file, data.subarray(0, Math.max(0, free)))
    if (data.length > free) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
  }
  return { ...real, writeFile: writeFile as typeof real.writeFile }
})

const bytes = Buffer.from('export default () => 1')
const sha256 = createHash('sha256').update(bytes).digest('hex')
const bundleOf = (text: string) => ({ bytes: Buffer.from(text), sha256: createHash('sha256').update(text).digest('hex') })
const unreachable = () => Promise.reject(new Error('nothing should be downloaded'))

describe('the bundle cache', () => {
  test('downloads once, and serves the same file afterwards, also after a restart', async () => {
    const folder = temporaryFolder('bundles')
    const cache = await openBundleCache(folder)
    const first = await cache.get(sha256, async () => bytes)
    expect(readFileSync(first.path)).toEqual(bytes)
    expect(path.basename(first.path)).toBe(`${sha256}.mjs`)
    expect((await cache.get(sha256, unreachable)).path).toBe(first.path)
    expect((await (await openBundleCache(folder)).get(sha256, unreachable)).path).toBe(first.path)
  })

  test('makes files that all may read and nobody writes', async () => {
    const cache = await openBundleCache(temporaryFolder('bundles'))
    const bundle = await cache.get(sha256, async () => bytes)
    expect(statSync(bundle.path).mode & 0o777).toBe(0o444)
  })

  test('refuses a download with another hash, and keeps nothing of it', async () => {
    const folder = temporaryFolder('bundles')
    const cache = await openBundleCache(folder)
    await expect(cache.get(sha256, async () => Buffer.from('tampered'))).rejects.toMatchObject({ code: 'HASH_MISMATCH' })
    expect(readdirSync(folder)).toEqual([])
  })

  test('downloads again when the file was changed on disk', async () => {
    const cache = await openBundleCache(temporaryFolder('bundles'))
    const { path: file } = await cache.get(sha256, async () => bytes)
    chmodSync(file, 0o644)
    writeFileSync(file, 'export default () => steal()')
    const again = await cache.get(sha256, async () => bytes)
    expect(readFileSync(again.path)).toEqual(bytes)
  })

  test('refuses what is no hash, and would be a path', async () => {
    const cache = await openBundleCache(temporaryFolder('bundles'))
    await expect(cache.get('../../etc/passwd', unreachable)).rejects.toMatchObject({ code: 'INVALID' })
  })

  test('downloads once for many who ask at once, and lets all know of a failure', async () => {
    const cache = await openBundleCache(temporaryFolder('bundles'))
    let downloads = 0
    const download = async () => {
      downloads++
      return bytes
    }
    const all = await Promise.all(Array.from({ length: 10 }, () => cache.get(sha256, download)))
    expect({ downloads, paths: new Set(all.map((each) => each.path)).size }).toEqual({ downloads: 1, paths: 1 })
    const other = bundleOf('other')
    const fail = () => Promise.reject(new Error('gone'))
    const failed = await Promise.allSettled([cache.get(other.sha256, fail), cache.get(other.sha256, fail)])
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    // A failure is not remembered.
    expect((await cache.get(other.sha256, async () => other.bytes)).path).toContain(other.sha256)
  })

  test('forgets what was used longest ago, and never what is in use', async () => {
    const folder = temporaryFolder('bundles')
    const bundles = ['a', 'b', 'c', 'd'].map((text) => bundleOf(text.repeat(100)))
    const cache = await openBundleCache(folder, { bytesMax: 250 })
    const held = []
    for (const [age, bundle] of bundles.slice(0, 2).entries()) {
      const cached = await cache.get(bundle.sha256, async () => bundle.bytes)
      utimesSync(cached.path, age, age)
      held.push(cached)
    }
    // The oldest is in use; the next goes.
    held[1]?.release()
    held[1]?.release()
    const [a, b, c, d] = bundles.map(({ sha256 }) => path.join(folder, `${sha256}.mjs`))
    const third = await cache.get(bundles[2]?.sha256 ?? '', async () => bundles[2]?.bytes ?? bytes)
    expect([a, b, c].map((file) => existsSync(file ?? ''))).toEqual([true, false, true])
    held[0]?.release()
    await cache.get(bundles[3]?.sha256 ?? '', async () => bundles[3]?.bytes ?? bytes)
    expect([a, c, d].map((file) => existsSync(file ?? ''))).toEqual([false, true, true])
    third.release()
  })

  test('makes room on a disk that is full, and leaves nothing of what does not fit even then', async () => {
    const folder = temporaryFolder('bundles')
    const cache = await openBundleCache(folder)
    const [used, unused, next, large] = ['used', 'unused', 'next', 'large'].map((text) => bundleOf(text.repeat(10)))
    const get = ({ sha256 = '', bytes = Buffer.of() } = {}) => cache.get(sha256, async () => bytes)
    await get(used)
    ;(await get(unused)).release()
    // As much as there is now.
    disk.bytes = 100
    await get(next)
    const names = [used, next].map((bundle) => `${bundle?.sha256}.mjs`).toSorted()
    expect(readdirSync(folder).toSorted()).toEqual(names)
    await expect(get(large)).rejects.toMatchObject({ code: 'ENOSPC' })
    expect(readdirSync(folder).toSorted()).toEqual(names)
    disk.bytes = Infinity
    await get(large)
  })

  test('removes what a killed download has left', async () => {
    const folder = temporaryFolder('bundles')
    writeFileSync(path.join(folder, `${sha256}.mjs.1.partial`), 'half')
    await openBundleCache(folder)
    expect(readdirSync(folder)).toEqual([])
  })
})
