/** The last step of a test run finds what was left behind, and removes it. */
import { spawn } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ownFolder } from './leftovers.mjs'
import { waitFor } from './wait-for.ts'

describe('the folder of a run', () => {
  test('is removed, and nothing is said, when only the caches of tools are in it', async () => {
    const own = ownFolder()
    writeFileSync(path.join(own.folder, 'node-compile-cache'), '')
    expect(await own.clear()).toEqual([])
    expect(existsSync(own.folder)).toBe(false)
  })

  test('names a folder that a test did not remove', async () => {
    const own = ownFolder()
    writeFileSync(path.join(own.folder, 'stark-forgotten'), '')
    expect(await own.clear()).toEqual(['stark-forgotten was left in the temporary folder'])
    expect(existsSync(own.folder)).toBe(false)
  })

  test.runIf(process.platform === 'linux')(
    'names and ends a process that inherited it, and one that was started with a path in it',
    async () => {
      const own = ownFolder()
      const inheriting = start(['setInterval(() => {}, 1000)'], { TMPDIR: own.folder })
      const started = start(['setInterval(() => {}, 1000)', path.join(own.folder, 'bundle.mjs')], {})
      const left = await own.clear()
      expect(left).toHaveLength(2)
      for (const { pid } of [inheriting, started]) expect(left.join('\n')).toContain(`process ${pid} still ran: `)
      await waitFor('both to be gone', () => inheriting.signalCode === 'SIGKILL' && started.signalCode === 'SIGKILL')
    },
  )
})

function start(args: readonly string[], env: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, ['-e', ...args], { env, detached: true, stdio: 'ignore' })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}
