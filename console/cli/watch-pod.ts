/** From a pod that was created to one that runs and has written its first line, or to why it does not. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Pod, PodStatus } from '../../kernel/schema/pod.ts'
import type { Api } from './api.ts'
import { Failure } from './failure.ts'
import { followLog, type LogLine } from './log-stream.ts'
import type { Steps } from './steps.ts'
import { printable } from './terminal.ts'

const POLL_MS = 100
/** A pack need not write anything. */
const FIRST_LINE_MAX_MS = 5000

const RUNS: readonly PodStatus[] = ['running', 'succeeded']
const ENDED_BADLY: readonly PodStatus[] = ['failed', 'evicted', 'stopped', 'stopping']
const CRASHED = 'CrashLoopBackOff'

export interface Watching {
  readonly steps: Steps
  readonly seconds: number
}

/** @returns the pod as it is then. @throws Failure podFailed when it has failed, failed when the time is over */
export async function watchPod(api: Api, created: Pod, { steps, seconds }: Watching): Promise<Pod> {
  const started = performance.now()
  const deadline = started + seconds * 1000
  let pod = created
  let told: PodStatus | undefined
  for (;;) {
    if (pod.status !== told) {
      told = pod.status
      steps.done(pod.status, messageOf(pod), performance.now() - started)
    }
    if (RUNS.includes(pod.status)) break
    mustNotHaveFailed(pod)
    if (performance.now() > deadline) throw tooLate(pod, seconds)
    steps.now(`${pod.status}  ${messageOf(pod)}`)
    await wait(POLL_MS)
    pod = await api.get<Pod>(`/api/pods/${pod.id}`)
  }
  const line = await firstLine(api, pod)
  // It may have run for a moment only.
  pod = await api.get<Pod>(`/api/pods/${pod.id}`)
  mustNotHaveFailed(pod)
  steps.done('log', line ? printable(line.text) : `nothing yet: "stark logs ${pod.name} -f" follows it`, performance.now() - started)
  return pod
}

function mustNotHaveFailed(pod: Pod): void {
  if (ENDED_BADLY.includes(pod.status) || pod.reason === CRASHED) throw new Failure('podFailed', `pod ${pod.name} has ${endOf(pod)}`)
}

const messageOf = ({ statusMessage, reason }: Pod): string => printable(statusMessage === '' ? (reason ?? '') : statusMessage)

function endOf({ status, reason, statusMessage, exit, name }: Pod): string {
  const why = exit?.error ? `${exit.error.name}: ${exit.error.message}` : statusMessage
  const verb = status === 'stopping' || status === 'stopped' ? 'been stopped' : status === 'evicted' ? 'been evicted' : 'failed'
  return `${verb} (${reason ?? 'no reason given'}): ${printable(why)}; "stark logs ${name}" has its log`
}

function tooLate({ status, name, statusMessage }: Pod, seconds: number): Failure {
  return new Failure(
    'failed',
    `pod ${name} is still ${status} after ${seconds} s: ${printable(statusMessage)}; "stark status ${name}" says more`,
  )
}

async function firstLine(api: Api, { id }: Pod): Promise<LogLine | undefined> {
  const late = AbortSignal.timeout(FIRST_LINE_MAX_MS)
  for await (const line of followLog(api, { pod: id, namespace: undefined }, { signal: late })) return line
  return undefined
}
