/** Judges how a run ended, from what the pod said, how its isolate ended, and what the agent had done to it. Pure. */
import type { PodReport } from './pod-messages.ts'
import type { PodExit } from './runtime.ts'

export interface Ending {
  /** The pod's own last word, if it had one. */
  readonly report: PodReport | undefined
  readonly code: number | null
  readonly signal: string | null
  /** The isolate never came up, or broke outside of the pack. */
  readonly startError: Error | undefined
  /** What the agent killed it for, if it did; linger is what was left after the report. */
  readonly killedFor: 'memory' | 'grace' | 'order' | 'protocol' | 'linger' | undefined
  /** What the isolate did that none may do. */
  readonly broken: Error | undefined
  /** What stop() was given, if it was called. */
  readonly stop: { readonly reason: string; readonly graceMs: number } | undefined
  readonly memoryLimitMb: number | undefined
}

export function judge(ending: Ending): PodExit {
  const { report, code, signal, startError, broken, killedFor, stop, memoryLimitMb } = ending
  const end = (status: PodExit['status'], reason: string, failure?: { name: string; message: string; stack?: string }): PodExit => ({
    status,
    reason,
    exit: { code, signal, result: null, error: failure ? { stack: '', ...failure } : null },
  })
  if (startError) return end('failed', 'StartError', plain(startError))
  if (broken) return end('failed', 'Error', plain(broken))
  if (report) return fromReport(report, stop?.reason)
  if (killedFor === 'memory') {
    const limit = memoryLimitMb === undefined ? '' : ` of ${memoryLimitMb} MB`
    return end('failed', 'OOMKilled', { name: 'OutOfMemory', message: `the pod went over its memory limit${limit}` })
  }
  if (killedFor === 'grace' && stop) {
    return end('stopped', stop.reason, {
      name: 'GracePeriodExceeded',
      message: `the pod did not stop within ${stop.graceMs} ms and was killed`,
    })
  }
  if (killedFor) return end('stopped', 'Killed')
  if (stop && code === 0) return end('stopped', stop.reason)
  if (signal !== null) return end('failed', 'Killed', { name: 'Killed', message: `the pod was ended from outside by ${signal}` })
  return end('failed', 'Error', { name: 'ExitedEarly', message: `the pod exited with code ${code} before its main returned` })
}

/** The code is what the pod's word amounts to: the isolate itself is only cleaned away after it. */
function fromReport({ status, isLoadError, result, error }: PodReport, stopReason: string | undefined): PodExit {
  const exit = { code: status === 'failed' ? 1 : 0, signal: null, result: JSON.parse(result) as unknown, error }
  if (status === 'succeeded') return { status, reason: 'Completed', exit }
  if (status === 'failed') return { status, reason: isLoadError ? 'PackLoadError' : 'Error', exit }
  // Only an agent that asked for a stop believes in one.
  return stopReason === undefined ? { status: 'failed', reason: 'Error', exit } : { status, reason: stopReason, exit }
}

const plain = ({ name, message, stack = '' }: Error): { name: string; message: string; stack: string } => ({ name, message, stack })
