/** A folder is one agent's at a time, and the next one's when that is gone. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { claimFolder } from '../../agents/node/claim.ts'
import { startTimeOf } from '../../agents/node/proc.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** Somebody else's process, which lives until the test is over. */
function stranger(): number {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
  onTestFinished(async () => {
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  })
  return child.pid ?? 0
}
const fileOf = (folder: string): string => path.join(folder, 'agent.pid')

describe('the folder of a node', () => {
  test('is given back, and can be had again', () => {
    const folder = path.join(temporaryFolder('claim'), 'new')
    claimFolder(folder)()
    expect(existsSync(fileOf(folder))).toBe(false)
    claimFolder(folder)
    expect(readFileSync(fileOf(folder), 'utf8')).toContain(String(process.pid))
  })

  test('is refused while its agent is alive, and says which process that is', () => {
    const folder = temporaryFolder('claim')
    const pid = stranger()
    writeFileSync(fileOf(folder), `${pid} ${startTimeOf(pid) ?? ''}`)
    expect(() => claimFolder(folder)).toThrow(`process ${pid} is the agent of the node in ${folder} already`)
  })

  test.each([
    ['is gone', () => '999999999 1'],
    ['was killed before it could say who it is', () => ''],
    ['is gone, and whose number a stranger has', () => `${stranger()} 1`],
    ['had the number of this process, as the first one of a container has', () => `${process.pid} 1`],
  ])('is taken over from an agent that %s', (_, left) => {
    const folder = temporaryFolder('claim')
    writeFileSync(fileOf(folder), left())
    claimFolder(folder)
    expect(readFileSync(fileOf(folder), 'utf8')).toBe(`${process.pid} ${startTimeOf(process.pid) ?? ''}`)
  })
})
