/** Runs every scenario of a folder, prints each failure with what was expected and what came, and ends with the count. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { judge, type Difference } from './judge.ts'
import type { Scenario } from './scenario.ts'

const own = fileURLToPath(new URL('.', import.meta.url))

/** @returns the exit code: 1 when a scenario fails, 2 when there is none to run */
export async function main([folder = own]: readonly string[]): Promise<number> {
  const scenarios = read(folder)
  if (typeof scenarios === 'string') {
    process.stderr.write(`${scenarios}\n`)
    return 2
  }
  let failed = 0
  for (const scenario of scenarios) {
    const differences = await judged(scenario)
    if (differences.length === 0) continue
    failed += 1
    process.stdout.write(`${scenario.id} (${scenario.rule})\n`)
    for (const { expected, actual } of differences)
      process.stdout.write(`  expected ${JSON.stringify(expected)}\n  actual   ${JSON.stringify(actual)}\n`)
  }
  process.stdout.write(`${scenarios.length - failed} passed, ${failed} failed\n`)
  return failed === 0 ? 0 : 1
}

async function judged(scenario: Scenario): Promise<Difference[]> {
  try {
    return await judge(scenario)
  } catch (error) {
    return [{ expected: scenario.then, actual: String(error) }]
  }
}

function read(folder: string): Scenario[] | string {
  try {
    const files = readdirSync(folder).filter((file) => file.endsWith('.json'))
    const scenarios = files.flatMap((file) => JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as Scenario[])
    return scenarios.length > 0 ? scenarios : `${folder} has no scenarios: they are arrays in .json files`
  } catch (error) {
    return `the scenarios in ${folder} cannot be read: ${error instanceof Error ? error.message : String(error)}`
  }
}
