/**
 * Where the embedded Storage keeps its bytes: a file for each object, complete or absent. lite's own adapter is not exported, holds a
 * whole object in memory and does not fsync.
 */
import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import * as files from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import type { App } from '@supabase/lite'
import { fsyncPath } from './fsync.ts'

export type StorageAdapter = NonNullable<App['_storageAdapter']>
type Metadata = Awaited<ReturnType<StorageAdapter['headObject']>>

export function objectFiles(folder: string): StorageAdapter {
  const objects = path.resolve(folder, 'objects')
  const unfinished = path.resolve(folder, 'unfinished')

  const fileOf = (bucket: string, key: string): string => {
    const file = path.resolve(objects, bucket, key)
    if (!file.startsWith(objects + path.sep)) throw new Error('the key leads out of the storage folder')
    return file
  }
  const remove = (bucket: string, key: string) => files.rm(fileOf(bucket, key), { force: true })

  return {
    driver: files,
    async uploadObject(bucket, key, _version, body, mimetype, cacheControl) {
      const file = fileOf(bucket, key)
      const temporary = path.join(unfinished, randomUUID())
      const hash = createHash('md5') // what S3 and Supabase call an ETag
      await files.mkdir(path.dirname(file), { recursive: true })
      await files.mkdir(unfinished, { recursive: true })
      try {
        const source = body instanceof Uint8Array ? Readable.from([body]) : Readable.fromWeb(body as ReadableStream)
        source.on('data', (chunk: Uint8Array) => hash.update(chunk))
        await pipeline(source, createWriteStream(temporary, { flush: true }))
        await files.rename(temporary, file)
        fsyncPath(path.dirname(file))
      } catch (error) {
        await files.rm(temporary, { force: true })
        throw error
      }
      return metadata(await files.stat(file), { mimetype, cacheControl, eTag: `"${hash.digest('hex')}"` })
    },
    async getObject(bucket, key) {
      const file = fileOf(bucket, key)
      const found = metadata(await files.stat(file))
      return { httpStatusCode: 200, metadata: found, body: Readable.toWeb(createReadStream(file)) as never }
    },
    headObject: async (bucket, key) => metadata(await files.stat(fileOf(bucket, key))),
    deleteObject: remove,
    async deleteObjects(bucket, keys) {
      for (const key of keys) await remove(bucket, key)
    },
    async copyObject(fromBucket, fromKey, _fromVersion, toBucket, toKey) {
      const to = fileOf(toBucket, toKey)
      await files.mkdir(path.dirname(to), { recursive: true })
      await files.copyFile(fileOf(fromBucket, fromKey), to)
      fsyncPath(to)
      const { httpStatusCode, eTag, lastModified } = metadata(await files.stat(to))
      return { httpStatusCode, eTag, lastModified } as Metadata
    },
    privateAssetUrl: (bucket, key) => Promise.resolve(`file://${fileOf(bucket, key)}`),
  }
}

const metadata = (
  { size, mtime }: { size: number; mtime: Date },
  { mimetype = 'application/octet-stream', cacheControl = 'no-cache', eTag = `"${mtime.getTime()}-${size}"` } = {},
): Metadata => ({ cacheControl, contentLength: size, size, mimetype, lastModified: mtime, eTag, httpStatusCode: 200 })
