/**
 * A process of its own beside each agent, connected by a pipe. When the agent dies, however it dies, the pipe closes; then the
 * reaper kills every process group that it was told about and removes the agent's work folder. A pod that spins never notices
 * that its agent is gone, so somebody else has to.
 * Run as: node reaper.mjs FOLDER. Told by lines on stdin: `+PGID` a pod started, `-PGID` it has ended.
 */
import { rmSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { killGroup } from './kill.ts'
import { startTimeOf } from './proc.ts'

// Ctrl-C reaches the whole terminal, and a service manager may signal everybody: the agent stops its pods first, with grace.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)

const startTimes = new Map<number, string | undefined>()

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const pid = Number(line.slice(1))
    if (line.startsWith('+')) startTimes.set(pid, startTimeOf(pid))
    else startTimes.delete(pid)
  })
  .on('close', () => {
    for (const [pid, startTime] of startTimes) if (isSame(pid, startTime)) killGroup(pid)
    const folder = process.argv[2]
    if (folder) rmSync(folder, { recursive: true, force: true })
  })

/** The pid may have gone to a stranger between the pod's end and the agent's; a group whose leader is gone is still the pod's. */
function isSame(pid: number, startTime: string | undefined): boolean {
  const now = startTimeOf(pid)
  return now === undefined || startTime === undefined || now === startTime
}
