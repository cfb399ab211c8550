/** What a browser's runtime decides without a browser: the frame is one that a test hands it when it wants to. */
import { expect, test } from 'vitest'
import { createFrameRuntime } from '../../agents/browser/frame-runtime.ts'
import type { PodFrame } from '../../agents/browser/frames.ts'
import type { PodExit } from '../../agents/runtime.ts'
import { waitFor } from '../support/wait-for.ts'
import { plainSpec, services } from './harness.ts'

/** A frame that runs nothing and keeps what was done with it. */
class IdleFrame implements PodFrame {
  onLost = (): void => undefined
  readonly done: string[] = []
  answers = (): Promise<boolean> => Promise.resolve(true)
  run = (): void => void this.done.push('run')
  close = (): void => void this.done.push('close')
}

test('a pod that is told to stop before its frame is there has been stopped, and never begins', async () => {
  const frame = new IdleFrame()
  let give: (frame: PodFrame) => void = () => undefined
  const runtime = createFrameRuntime({
    frames: { open: () => new Promise((resolve) => (give = resolve)) },
    services: services(),
  })
  const exits: PodExit[] = []
  const nothing = (): void => undefined
  const pod = runtime.start(
    { ...plainSpec('pod-1'), bytes: new ArrayBuffer(0) },
    { onRunning: nothing, onReady: nothing, onStatus: nothing, onProgress: nothing, onLog: nothing, onExit: (exit) => exits.push(exit) },
  )
  await waitFor('the runtime to ask for a frame', () => give.length === 1)
  pod.stop('UserStopped', 5000)
  give(frame)
  await waitFor('the pod to end', () => exits[0])
  expect(exits).toEqual([{ status: 'stopped', reason: 'UserStopped', exit: { code: 0, signal: null, result: null, error: null } }])
  expect(frame.done).toEqual(['close'])
})
