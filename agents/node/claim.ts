/**
 * One agent at a time for each folder, and so for each node of this machine: a file says which process it is. What an agent that was
 * killed has left is gone before the next one begins, so that no pod runs beside its own successor.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { killGroup } from './kill.ts'
import { isRunning, pidsOf, startTimeOf } from './proc.ts'
import { workspacesOf } from './workspace.ts'

/** The reaper of an agent that was killed needs milliseconds; then it is gone, too. */
const REAPER_MAX_MS = 5_000
const LOOK_MS = 20

/** @returns what gives the folder back. @throws Error when another agent has it */
export function claimFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = path.join(folder, 'agent.pid')
  const mine = `${process.pid} ${startTimeOf(process.pid) ?? ''}`
  if (!write(file, mine)) {
    const [pid = '', startTime = ''] = read(file).split(' ')
    if (isHolder(Number(pid), startTime))
      throw new Error(`process ${pid} is the agent of the node in ${folder} already: end it, or remove ${file} where it is something else`)
    rmSync(file, { force: true })
    if (!write(file, mine)) throw new Error(`another agent is just beginning in ${folder}`)
  }
  return () => rmSync(file, { force: true })
}

/** Waits for the reaper of an agent that was killed, and does its work where it was killed as well. */
export async function clearLeftovers(nodeId: string): Promise<void> {
  const deadline = performance.now() + REAPER_MAX_MS
  for (const workspace of workspacesOf(nodeId)) {
    while (existsSync(workspace) && performance.now() < deadline) await wait(LOOK_MS)
    for (const pid of pidsOf(path.join(workspace, 'bootstrap.mjs'))) killGroup(pid)
    rmSync(workspace, { recursive: true, force: true })
  }
}

/** The pid may be a stranger's by now; where the system does not tell when a process began, any will do. */
const isHolder = (pid: number, startTime: string): boolean =>
  pid > 0 && pid !== process.pid && isRunning(pid) && (startTime === '' || startTimeOf(pid) === startTime)

/** @returns false when it is there */
function write(file: string, text: string): boolean {
  try {
    writeFileSync(file, text, { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    // Its agent has just ended.
    return ''
  }
}
