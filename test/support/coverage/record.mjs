// @ts-check
/**
 * Loaded ahead of a process under test: keeps which code of dist/ it ran, for coverage.ts, when it ends by itself. Threads that it
 * starts load it too. A process that is killed keeps nothing.
 */
import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { Session } from 'node:inspector'
import path from 'node:path'

const folder = process.env.COVERAGE_FOLDER

if (folder !== undefined) {
  const session = new Session()
  session.connect()
  session.post('Profiler.enable')
  session.post('Profiler.startPreciseCoverage', { callCount: false, detailed: true })
  process.on('exit', () => {
    // Of a session with its own thread, the answer is there when the call returns.
    session.post('Profiler.takePreciseCoverage', (error, { result }) => {
      const own = error ? [] : result.filter(({ url }) => url.includes('/dist/') && !url.includes('/node_modules/'))
      if (own.length > 0) writeFileSync(path.join(folder, `${randomUUID()}.json`), JSON.stringify(own))
    })
  })
}
