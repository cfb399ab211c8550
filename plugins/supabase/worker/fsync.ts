/**
 * Makes "saved" mean "on the disk". PGlite starts Postgres with -F, which is fsync=off, and Emscripten's file system has no fsync to
 * call: what was committed survives the process but not the machine. Upstream: https://github.com/electric-sql/pglite/issues/1107
 */
import { closeSync, fsyncSync, openSync, readdirSync } from 'node:fs'
import path from 'node:path'
import type { Extension } from '@electric-sql/pglite'

/** The little of Emscripten's node file system that we touch. */
interface NodeFileSystem {
  realPath(node: unknown): string
  stream_ops: { fsync?: (stream: { nfd?: number; node: unknown }) => number }
}
interface EmscriptenOptions {
  preRun?: ((module: { FS: { filesystems: { NODEFS: NodeFileSystem } } }) => void)[]
}

/** Not an extension of Postgres: the extensions' set-up is where PGlite lets others reach its file system before Postgres starts. */
export const fsyncExtension: Extension = {
  name: 'fsync',
  setup: (_database, options: EmscriptenOptions) =>
    Promise.resolve({
      emscriptenOpts: {
        ...options,
        preRun: [
          ...(options.preRun ?? []),
          ({ FS }) => {
            const files = FS.filesystems.NODEFS
            files.stream_ops.fsync = (stream) => {
              if (stream.nfd === undefined) fsyncPath(files.realPath(stream.node))
              else fsyncSync(stream.nfd)
              return 0
            }
          },
        ],
      } satisfies EmscriptenOptions,
    }),
}

/** Everything in a folder, and the folder's own entries. For what initdb wrote, which runs without our fsync. */
export function fsyncTree(folder: string): void {
  for (const each of readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, each.name)
    if (each.isDirectory()) fsyncTree(file)
    else if (each.isFile()) fsyncPath(file)
  }
  fsyncPath(folder)
}

export function fsyncPath(file: string): void {
  const descriptor = openSync(file, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
