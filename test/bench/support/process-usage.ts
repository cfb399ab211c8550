/** What a process of this machine uses, as Linux counts it. Source: https://man7.org/linux/man-pages/man5/proc.5.html */
import { readFileSync } from 'node:fs'

/** Linux counts processor time in hundredths of a second, on every machine that Node.js runs on. */
const TICK_MS = 10

/** @returns ms of processor time since it began */
export function cpuMs(pid: number): number {
  // The name, in parentheses, may hold spaces.
  const [, rest = ''] = /\) (.*)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
  const fields = rest.split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS
}

/** @returns bytes that would be free if it ended */
export const privateBytes = (pid: number): number =>
  kilobytes(`/proc/${pid}/smaps_rollup`, /Private_Clean:\s+(\d+)/) + kilobytes(`/proc/${pid}/smaps_rollup`, /Private_Dirty:\s+(\d+)/)

const kilobytes = (file: string, pattern: RegExp): number => Number(pattern.exec(readFileSync(file, 'utf8'))?.[1] ?? 0) * 1024
