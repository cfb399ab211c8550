/**
 * What Linux tells of a process under /proc. Elsewhere all of it is undefined: then there is no resident-set watchdog (only
 * V8's own heap limit holds) and no usage of pods.
 * Source: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
import { readdirSync, readFileSync } from 'node:fs'

/** The kernel reports to user space in ticks of 10 ms on every architecture. */
const TICK_MS = 10

/**
 * Anonymous and shared memory. File pages are left out: nearly all of them are Node.js itself, which all pods share.
 * @returns bytes
 */
export function memoryBytesOf(pid: number): number | undefined {
  const status = read(pid, 'status')
  const anonymous = /^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1]
  if (anonymous === undefined) return undefined
  const shared = /^RssShmem:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0
  return 1024 * (Number(anonymous) + Number(shared))
}

/** @returns processor time since the process started, in milliseconds */
export function cpuMsOf(pid: number): number | undefined {
  const [userTicks, systemTicks] = [statField(pid, 14), statField(pid, 15)]
  return userTicks === undefined || systemTicks === undefined ? undefined : (Number(userTicks) + Number(systemTicks)) * TICK_MS
}

/** Tells two processes apart that had one pid after another. */
export const startTimeOf = (pid: number): string | undefined => statField(pid, 22)

/** Whether there is such a process, of whomever. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** @returns the processes that were started with this argument */
export const pidsOf = (argument: string): number[] => processes().filter((pid) => read(pid, 'cmdline').split('\0').includes(argument))

function processes(): number[] {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger)
  } catch {
    return []
  }
}

/** @param field as numbered in the manual */
function statField(pid: number, field: number): string | undefined {
  const stat = read(pid, 'stat')
  // The second field is the program's name in brackets, which may itself hold spaces and brackets.
  const afterName = stat.slice(stat.lastIndexOf(')') + 2)
  return afterName === '' ? undefined : afterName.split(' ')[field - 3]
}

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1')
  } catch {
    // The process is gone, or this platform has no /proc.
    return ''
  }
}
