/** plugin init and test; the other verbs of plugins come from the server. */
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Command } from 'commander'
import { Check } from 'typebox/value'
import { PluginName } from '../../../kernel/schema/cluster.ts'
import type { Finding } from '../../../plugins/drop-ins/testing/probe.ts'
import { Failure } from '../failure.ts'
import { pluginTemplate } from '../plugin-template.ts'
import { examples, formatOf, optionsOf, type Environment, type GlobalOptions, type Shell } from '../shell.ts'

/** Somebody waits; and a plugin that takes so long for some thousand questions is too slow anyway. */
const DEADLINE_MS = 20_000

export function addPlugin(group: Command, shell: Shell): void {
  const init = group
    .command('init')
    .description('write a plugin, in one file')
    .argument('<name>', 'the name of the plugin, and of the file')
    .option('--folder <dir>', 'where to; the plugins folder (STARK_PLUGINS_DIR, or plugins/ beside stark.config.ts), else here')
    .action((name: string, _: unknown, command: Command) => initialise(shell, name, optionsOf(command)))
  examples(init, 'stark plugin init quiet-hours', 'stark plugin init quiet-hours --folder ./rules')
  const test = group
    .command('test')
    .description('try a plugin out on made-up clusters: does it throw, make sense, decide the same again, and how fast')
    .argument('<file>', 'the file of the plugin')
    .action((file: string, _: unknown, command: Command) => tryOut(shell, file, optionsOf(command)))
  examples(test, 'stark plugin test plugins/quiet-hours.ts', 'stark plugin test plugins/quiet-hours.ts -o json')
}

async function initialise({ terminal, environment }: Shell, name: string, { folder }: { readonly folder?: string }): Promise<void> {
  if (!Check(PluginName, name)) {
    throw new Failure('usage', `"${name}" cannot be a plugin's name: it has letters, digits and "-", 63 at most, a letter first`)
  }
  const chosen = folder ?? (await pluginsFolder(environment))
  const file = path.join(chosen ?? '.', `${name}.ts`)
  await mkdir(path.dirname(file), { recursive: true })
  await writeNew(file, pluginTemplate(name))
  terminal.line(file)
  terminal.note(`now: stark plugin test ${file}`)
  const enabling =
    folder === undefined && chosen !== undefined
      ? 'a server that is started here has it enabled already: stark plugin list'
      : `to enable it, name it in stark.config.ts: export default { plugins: ['./${file}'] }, or start the server with STARK_PLUGINS_DIR=${path.dirname(file)}`
  terminal.note(enabling)
}

/** The one that a server started here would have. */
async function pluginsFolder({ STARK_PLUGINS_DIR: named, STARK_CONFIG: config }: Environment): Promise<string | undefined> {
  if (named) return named
  if (config) return path.join(path.dirname(config), 'plugins')
  return (await readdir('.')).some((file) => /^stark\.config\.m?[jt]s$/.test(file)) ? 'plugins' : undefined
}

async function writeNew(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new Failure('failed', `${file} is there already: choose another name, or remove it`, { cause: error })
  }
}

async function tryOut({ terminal }: Shell, file: string, options: GlobalOptions): Promise<void> {
  if (!existsSync(file)) throw new Failure('notFound', `there is no file ${file}`)
  const findings = await probeInThread(file)
  const bad = findings.filter(({ isGood }) => !isGood)
  if (formatOf(options) === 'json') terminal.line(JSON.stringify(findings, null, 2))
  else {
    for (const { what, isGood, detail } of findings) {
      terminal.line(`${isGood ? terminal.paint('green', 'ok    ') : terminal.paint('red', 'FAILED')} ${what}: ${detail}`)
    }
  }
  if (bad.length > 0) throw new Failure('failed', `${file} would be put out by a server: ${bad.length} of ${findings.length} checks failed`)
}

/** In a thread with a temporary folder of its own: a plugin that does not come back can only be ended from another one, whatever it leaves. */
async function probeInThread(file: string): Promise<readonly Finding[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'stark-probe-'))
  const worker = new Worker(new URL('./plugin-test.mjs', import.meta.url), {
    workerData: { file },
    env: { ...process.env, TMPDIR: folder },
    stdout: true,
  })
  // What the plugin prints is no result.
  worker.stdout.pipe(process.stderr)
  try {
    return await answerOf(worker, file)
  } finally {
    await worker.terminate()
    await rm(folder, { recursive: true, force: true })
  }
}

function answerOf(worker: Worker, file: string): Promise<readonly Finding[]> {
  return new Promise((resolve, reject) => {
    const deadline = setTimeout(() => {
      const detail = `it did not come back within ${DEADLINE_MS / 1000} s: a server could not stop it, and would stand still`
      resolve([{ what: 'comes back', isGood: false, detail }])
    }, DEADLINE_MS)
    worker.once('message', resolve)
    worker.once('error', (error) => {
      resolve([{ what: 'stays alive', isGood: false, detail: `it ended the thread with ${String(error)}: a server would end with it` }])
    })
    worker.once('exit', (code) => {
      // After an answer this says nothing any more.
      clearTimeout(deadline)
      reject(new Failure('failed', `the thread ended with ${code} before it had an answer: does ${file} call process.exit?`))
    })
  })
}
