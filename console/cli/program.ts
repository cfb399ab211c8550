/** The whole command line, as commander has it. */
import { Command, Option } from 'commander'
import { addCatalogue } from './catalogue.ts'
import { addAccount } from './commands/account.ts'
import { addDeploy } from './commands/deploy.ts'
import { addExplain } from './commands/explain.ts'
import { addLogs } from './commands/logs.ts'
import { addNodeDrain } from './commands/node-drain.ts'
import { addNodeJoin } from './commands/node-join.ts'
import { addPack } from './commands/pack.ts'
import { addPlugin } from './commands/plugin.ts'
import { addRollback } from './commands/rollback.ts'
import { addStatus } from './commands/status.ts'
import { addUp } from './commands/up.ts'
import { exitCodes } from './failure.ts'
import { formats } from './render.ts'
import { examples, type Shell } from './shell.ts'

const meanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  failed: 'failed',
  usage: 'wrong usage',
  notFound: 'not found',
  notPermitted: 'not permitted, or not logged in',
  podFailed: 'the pod failed (deploy --watch)',
  unreachable: 'the server cannot be reached',
}

export function createProgram(shell: Shell, version: string): Command {
  const program = new Command('stark')
    .description('Packs run as pods on nodes: an orchestrator for JavaScript.')
    .version(version, '-V', 'print the version')
    .option('--server <url>', 'the server; STARK_SERVER, or where you logged in last, unless told')
    .addOption(new Option('-o, --output <format>', 'how results are written: table unless told').choices(formats))
    .option('--insecure', 'allow plain HTTP beyond this machine (STARK_INSECURE=1)')
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .showHelpAfterError('(--help shows how it is used)')
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'stark: ')) })
    .exitOverride()
  addUp(program, shell)
  addAccount(program, shell)
  addDeploy(program, shell)
  addStatus(program, shell)
  addRollback(program, shell)
  addExplain(program, shell)
  addLogs(program, shell)
  const { node, pack, plugin } = addCatalogue(program, shell)
  if (!node || !pack || !plugin) throw new Error('the catalogue has no groups for nodes, packs and plugins')
  addNodeJoin(node, shell)
  addNodeDrain(node, shell)
  addPack(pack, shell)
  addPlugin(plugin, shell)
  examples(program, 'stark up', 'stark login', 'stark node join', 'stark pack init hello && stark deploy ./hello --watch')
  return program.addHelpText(
    'after',
    `\nExit codes: 0 done${Object.entries(exitCodes)
      .map(([kind, code]) => `, ${code} ${meanings[kind as keyof typeof meanings]}`)
      .join('')}.\n`,
  )
}
