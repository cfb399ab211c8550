/** Folders for a test file, made in the system's temporary folder and removed after the file's last test. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll } from 'vitest'

const folders: string[] = []

/** @param purpose a short word for the folder's name; Unix sockets inside have 107 bytes for their whole path */
export function temporaryFolder(purpose = 'test'): string {
  const folder = mkdtempSync(path.join(tmpdir(), `stark-${purpose}-`))
  folders.push(folder)
  return folder
}

// Hooks run in reverse order of registration, and this one registers at import: whatever uses a folder has been stopped before.
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
})
