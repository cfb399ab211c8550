/** The command `stark`. Becomes dist/stark.mjs; every failure ends here, as one sentence and an exit code. */
import { readFileSync } from 'node:fs'
import { CommanderError } from 'commander'
import { exitCodes, Failure } from './failure.ts'
import { createProgram } from './program.ts'
import { Shell } from './shell.ts'
import { Terminal } from './terminal.ts'

// Beside the folder dist/, in the repository and in an installed package.
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { readonly version: string }
const terminal = new Terminal({ stdout: process.stdout, stderr: process.stderr, environment: process.env })

// Whoever reads has enough, as in `stark logs POD | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

const typed = process.argv.slice(2)
try {
  // Behind a command --version is that command's: packs have versions too.
  await createProgram(new Shell(terminal, process.env), version).parseAsync(typed[0] === '--version' ? ['-V'] : typed, {
    from: 'user',
  })
} catch (error) {
  process.exitCode = tell(error)
}

function tell(error: unknown): number {
  // commander has said it already, and 0 is for help.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage
  if (error instanceof Failure) {
    terminal.note(terminal.paintNote('red', `stark: ${error.message}`))
    for (const field of error.fields) terminal.note(`  ${field}`)
    return error.exitCode
  }
  terminal.note(`stark: this should not have happened: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  return exitCodes.failed
}
