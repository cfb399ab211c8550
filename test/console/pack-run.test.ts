/** pack run: a pack on this machine without a cluster. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildIfStale } from '../../console/cli/build.mjs'
import { writeTemplate } from '../../console/cli/pack/template.ts'
import type { TemplateName } from '../../console/cli/pack/templates.ts'
import { Command, endCommands, stark } from '../support/command.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { waitFor } from '../support/wait-for.ts'

beforeAll(async () => {
  await buildIfStale()
})
afterAll(endCommands)

async function aPack(template: TemplateName): Promise<string> {
  const folder = path.join(temporaryFolder('run'), 'pack')
  await writeTemplate(folder, 'tried', template)
  return folder
}

describe('a job', { timeout: 30_000 }, () => {
  test('runs once, and its result is what the command writes', async () => {
    const folder = await aPack('job')
    const written = await stark(['pack', 'run', folder, '--once', '--arg', '1', '--arg', '41'])
    expect(written).toBe('2 numbers added\n{\n  "sum": 42\n}\n')
  })

  test("fails with the author's line, and an exit code for scripts", async () => {
    const folder = await aPack('job')
    writeFileSync(path.join(folder, 'src/index.ts'), `\n\nexport default function main() {\n  throw new RangeError('too far')\n}\n`)
    const command = new Command(['pack', 'run', folder, '--once'])
    expect(await command.ended).toBe(5)
    expect(command.stderr).toContain('RangeError: too far\n    at main (src/index.ts:4:9)')
  })

  test('for browsers is not run here', async () => {
    const command = new Command(['pack', 'run', await aPack('browser'), '--once'])
    expect(await command.ended).toBe(1)
    expect(command.stderr).toContain('tried is a pack for browsers')
  })
})

describe('a service', { timeout: 30_000 }, () => {
  test('runs again when a file of it changes, also after one that cannot be bundled, until Ctrl-C', async () => {
    const folder = await aPack('service')
    const file = path.join(folder, 'src/index.ts')
    const source = readFileSync(file, 'utf8')
    const command = new Command(['pack', 'run', folder, '--env', 'EVERY_MS=50'])
    await waitFor('the first one to work', () => command.stdout.includes('beat 3'))
    writeFileSync(file, '{{{')
    await waitFor('the mistake to be told', () => command.stderr.includes('src/index.ts:1:'))
    writeFileSync(file, source.replace('`beat ', '`tick '))
    await waitFor('the second one to work', () => command.stdout.includes('tick 3'))
    expect(await command.kill('SIGINT')).toBe(0)
    expect(command.stderr).toContain('stopped: UserStopped')
  })
})
