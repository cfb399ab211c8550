/**
 * One workload through the scheduler, on the path that the running server uses: pods are committed, the loop places them pass by pass
 * with every default plugin and every node judged, and each pass is a commit. Only the store is left out: it answers at once and
 * keeps nothing.
 */
import { Kernel, silent, STORE_STAGE, type Clock, type Plugin, type Pod } from '../../../kernel/index.ts'
import { scheduling } from '../../../plugins/preset.ts'
import { idMaker } from '../../support/ids.ts'
import { Stopwatch } from './stopwatch.ts'
import type { Workload } from './workloads.ts'

export interface Limits {
  /** Ends by then, whatever it has done. */
  readonly wallMs: number
  readonly podsMax: number
  /** So many are created at a time, and then placed; a thousand unless told. */
  readonly podsPerCommit?: number
}

export interface Run {
  /** How many were placed, or refused where none fits. */
  readonly decided: number
  /** From the first look at the queue to the commit of the last placement. */
  readonly scheduling: Stopwatch
  /** Committing the pods that are to be placed, and queueing them. */
  readonly creating: Stopwatch
  /** Still running, so that its memory can be looked at. */
  readonly kernel: Kernel
}

export async function schedule(
  workload: Workload,
  { wallMs, podsMax, podsPerCommit = 1_000 }: Limits,
  plugins: readonly Plugin[] = scheduling(),
): Promise<Run> {
  const { nodes, pods, placed = () => [], settings = {}, expectsAll = true } = workload
  const { kernel, turn } = await startKernel(plugins)
  await kernel.commit({ actorId: 'bench' }, (transaction) => {
    for (const { id } of kernel.state.all('clusterConfigs')) transaction.update('clusterConfigs', id, settings)
    for (const node of nodes()) transaction.create('nodes', node)
    for (const pod of placed()) transaction.create('pods', pod)
  })
  const deadline = performance.now() + wallMs
  const isLate = () => performance.now() > deadline
  const done = { created: 0, decided: 0 }
  const leaving: string[] = []
  kernel.committer.onApplied(({ changes, origin }) => {
    if (origin.actorId !== 'scheduler') return
    for (const change of changes) {
      const pod = change.op === 'put' && change.kind === 'pods' ? (change.record as Pod) : undefined
      if (pod?.status === 'stopping') leaving.push(pod.id)
      else if (pod && (pod.status === 'scheduled' || !expectsAll)) done.decided += 1
    }
  })
  const wanted = Math.min(pods.count, podsMax)
  const creating = new Stopwatch()
  const placing = new Stopwatch()
  while (done.created < wanted && !isLate()) {
    const batch = Array.from({ length: Math.min(podsPerCommit, wanted - done.created) }, () => pods.make(done.created++))
    creating.start()
    await kernel.commit({ actorId: 'bench' }, (transaction) => {
      for (const pod of batch) transaction.create('pods', pod)
    })
    creating.stop()
    placing.start()
    for (let isBusy = true; isBusy && done.decided < done.created && !isLate(); isBusy = (await turn()) || leaving.length > 0) {
      if (leaving.length > 0) await endAll(kernel, leaving.splice(0))
    }
    placing.stop()
  }
  return { decided: done.decided, scheduling: placing, creating, kernel }
}

/** The agents' part: what is asked to stop ends at once. */
const endAll = (kernel: Kernel, podIds: readonly string[]): Promise<void> =>
  kernel.commit({ actorId: 'bench' }, (transaction) => {
    for (const id of podIds) transaction.update('pods', id, { status: 'evicted' })
  })

const storeThatKeepsNothing: Plugin = {
  name: 'bench-store',
  apply: ({ hooks }) => hooks.persist.tapPromise({ name: 'bench-store', stage: STORE_STAGE }, () => Promise.resolve()),
}

/** A kernel whose timers of no delay run when they are asked to. */
async function startKernel(plugins: readonly Plugin[]) {
  const due: (() => void)[] = []
  let now = Date.UTC(2026, 0, 1)
  const clock: Clock = {
    now: () => now,
    after: (ms, runIt) => {
      if (ms === 0) due.push(runIt)
      return () => undefined
    },
    every: () => () => undefined,
  }
  const kernel = new Kernel({ plugins: [storeThatKeepsNothing, ...plugins], clock, newId: idMaker(0xb), log: silent })
  await kernel.start()
  const turn = async (): Promise<boolean> => {
    now += 1
    const ready = due.splice(0)
    for (const runIt of ready) runIt()
    await Promise.resolve()
    await Promise.resolve()
    return ready.length > 0
  }
  return { kernel, turn }
}
