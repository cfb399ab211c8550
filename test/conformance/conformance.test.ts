/** Kubernetes' own scheduling rules, one test a scenario. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { judge } from './judge.ts'
import type { Scenario } from './scenario.ts'

const folder = fileURLToPath(new URL('.', import.meta.url))
const files = readdirSync(folder).filter((file) => file.endsWith('.json'))

test('the whole suite is there', () => expect(files.length).toBeGreaterThanOrEqual(13))

describe.each(files)('%s', (file) => {
  const scenarios = JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as Scenario[]
  test.each(scenarios.map((scenario) => [scenario.id, scenario] as const))('%s', async (_id, scenario) => {
    expect(await judge(scenario)).toEqual([])
  })
})
