/**
 * Builds dist/ before the first test, so that tests which start processes and threads find it and no two of them build at once.
 * A build that fails is told and stops nobody: a test that needs dist/ calls buildIfStale itself and fails with the same error.
 */
import { buildIfStale } from '../../console/cli/build.mjs'

export default async function buildOnce(): Promise<void> {
  try {
    await buildIfStale()
  } catch (error) {
    process.stderr.write(`stark: dist/ could not be built: ${String(error)}\n`)
  }
}
