/**
 * One process at a time: a lock file that says who holds it. The lock of a process that is gone is taken over. Two that do
 * so in the same microseconds could both go on; that needs a crash first, and costs a new login.
 */
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { Failure } from './failure.ts'

const WAIT_MAX_MS = 20_000
const POLL_MS = 20

/** @throws Failure when another process has held it for too long */
export async function withLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + WAIT_MAX_MS
  while (!take(file)) {
    if (performance.now() > deadline) {
      throw new Failure('failed', `another stark command has held ${file} for ${WAIT_MAX_MS / 1000} s: end it, or remove the file`)
    }
    dropIfAbandoned(file)
    await wait(POLL_MS)
  }
  try {
    return await work()
  } finally {
    rmSync(file, { force: true })
  }
}

function take(file: string): boolean {
  try {
    const descriptor = openSync(file, 'wx', 0o600)
    writeSync(descriptor, String(process.pid))
    closeSync(descriptor)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function dropIfAbandoned(file: string): void {
  const holder = Number(read(file))
  // An empty file is one that its maker has not written yet.
  if (Number.isInteger(holder) && holder > 0 && !isAlive(holder)) rmSync(file, { force: true })
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
