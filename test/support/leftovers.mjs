// @ts-check
/**
 * A temporary folder of its own for one run of the tests, and the proof that the run left nothing behind: no file in the folder,
 * and no process that names the folder in its environment (all inherit TMPDIR) or in its command line (a pod's environment is
 * empty, but it is started with the path of its bundle; PostgreSQL is started with the path of its data).
 */
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** How long a process that was told to end may take to be gone. */
const END_MS = 5_000

export function ownFolder() {
  const folder = mkdtempSync(path.join(tmpdir(), 'stark-'))
  // Like /tmp itself: PostgreSQL and pods run as other users when the tests run as root.
  chmodSync(folder, 0o1777)
  return {
    folder,
    /** @returns {Promise<string[]>} a sentence for each thing that was left; all of it is gone afterwards */
    async clear() {
      const processes = await whatStillRuns(folder)
      const sentences = processes.map((pid) => `process ${pid} still ran: ${read(pid, 'cmdline').replaceAll('\0', ' ').trim()}`)
      for (const pid of processes) kill(pid)
      // Other names are the caches of tools, which know no better place.
      const files = readdirSync(folder).filter((name) => name.startsWith('stark-'))
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
      return [...sentences, ...files.map((name) => `${name} was left in the temporary folder`)]
    },
  }
}

/** @param {string} folder */
async function whatStillRuns(folder) {
  const deadline = Date.now() + END_MS
  for (;;) {
    const found = processes().filter((pid) => read(pid, 'environ').includes(folder) || read(pid, 'cmdline').includes(folder))
    if (found.length === 0 || Date.now() >= deadline) return found
    await new Promise((resolve) => {
      setTimeout(resolve, 100)
    })
  }
}

/** Only Linux can be asked what a process was started with; elsewhere the files alone are checked. */
function processes() {
  if (!existsSync('/proc/self/environ')) return []
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid !== process.pid)
}

/**
 * @param {number} pid
 * @param {'environ' | 'cmdline'} what
 */
function read(pid, what) {
  try {
    return readFileSync(`/proc/${pid}/${what}`, 'utf8')
  } catch {
    return '' // it ended meanwhile, or is somebody else's
  }
}

/** @param {number} pid */
function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself.
  }
}
