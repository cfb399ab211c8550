/** What `node` is given so that a process keeps what it ran, where coverage is asked for. */
import { fileURLToPath } from 'node:url'

export const recorded: readonly string[] =
  process.env['COVERAGE_FOLDER'] === undefined ? [] : ['--import', fileURLToPath(new URL('record.mjs', import.meta.url))]
