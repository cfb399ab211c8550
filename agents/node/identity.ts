/**
 * Who this node is, kept in a file that only its owner may read, so that it is the same node after a restart. The id is chosen
 * here and written before the node joins: a registration whose answer was lost is repeated under the same id.
 */
import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import path from 'node:path'

export interface Identity {
  readonly id: string
  /** The node's own credential; undefined until it has joined. */
  readonly token: string | undefined
}

const file = (folder: string): string => path.join(folder, 'identity.json')

export async function readIdentity(folder: string): Promise<Identity> {
  try {
    const { id, token } = JSON.parse(await readFile(file(folder), 'utf8')) as Partial<Identity>
    if (typeof id === 'string') return { id, token }
    throw new Error(`${file(folder)} holds no node's identity: delete it to join as a new node`)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    const made: Identity = { id: randomUUID(), token: undefined }
    await writeIdentity(folder, made)
    return made
  }
}

/** Whole or not at all, also over a crash. */
export async function writeIdentity(folder: string, identity: Identity): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const partial = `${file(folder)}.${process.pid}.partial`
  const handle = await open(partial, 'w', 0o600)
  try {
    await handle.writeFile(JSON.stringify(identity))
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(partial, file(folder))
}
