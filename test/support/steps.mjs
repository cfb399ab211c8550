// @ts-check
/** Runs the steps of a test run one after the other, says how each went, and keeps count. */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** @param {string} line */
export const say = (line) => {
  process.stdout.write(`${line}\n`)
}

/** A log is read as text; CI=true alone would make some tools write colours into it. */
const PLAIN = process.stdout.isTTY ? {} : { NO_COLOR: '1' }

/**
 * @typedef {{ passed: number, failed: number, skipped: number }} Counts
 * @typedef {{ name: string, seconds: string, ok: boolean, note: string }} Outcome
 */

export class Steps {
  /** @type {Outcome[]} */
  #outcomes = []
  #passed = 0
  #failed = 0
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #child
  /** @type {NodeJS.Signals | undefined} */
  #stopped
  #folder

  /** @param {string} folder the run's own temporary folder: all processes get it as theirs */
  constructor(folder) {
    this.#folder = folder
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
      process.on(signal, () => {
        this.#stopped = signal
        this.#child?.kill(signal)
      })
    }
  }

  /**
   * A command that is good when it ends with 0; what it wrote is shown only when it is not.
   * @param {string} name
   * @param {string[]} command one of node_modules/.bin and its arguments
   */
  check(name, command) {
    return this.run(name, async () => {
      const { code, output } = await this.#execute(command, { quiet: true })
      if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}\n${output.trim()}`)
    })
  }

  /**
   * @param {string} name
   * @param {string[]} args
   * @param {NodeJS.ProcessEnv} [env]
   */
  vitest(name, args, env = {}) {
    const report = path.join(this.#folder, 'vitest.json')
    const command = ['vitest', 'run', '--config', 'test/vitest.config.ts', '--allowOnly=false', '--reporter=default', '--reporter=json']
    return this.#tests(name, [...command, `--outputFile.json=${report}`, ...args], () => countVitest(readJson(report)), env)
  }

  /**
   * @param {string} name
   * @param {string[]} args
   */
  playwright(name, args) {
    const report = path.join(this.#folder, 'playwright.json')
    const command = ['playwright', 'test', '--config', 'test/playwright.config.ts', '--forbid-only', '--reporter=list,json', ...args]
    return this.#tests(name, command, () => countPlaywright(readJson(report)), { PLAYWRIGHT_JSON_OUTPUT_FILE: report })
  }

  /**
   * @param {string} name
   * @param {() => Promise<string | void>} work throws when the step fails; what it returns stands beside the step's name
   * @param {{ alsoWhenStopped?: boolean }} [options]
   */
  async run(name, work, { alsoWhenStopped = false } = {}) {
    say(`\n── ${name}`)
    const started = performance.now()
    const outcome = { name, seconds: '', ok: true, note: '' }
    try {
      if (this.#stopped && !alsoWhenStopped) throw new Error(`stopped by ${this.#stopped}`)
      outcome.note = (await work()) ?? ''
    } catch (error) {
      outcome.ok = false
      if (!(error instanceof TestsFailed)) this.#failed += 1
      say(error instanceof Error ? error.message : String(error))
    }
    outcome.seconds = `${((performance.now() - started) / 1000).toFixed(1)} s`
    this.#outcomes.push(outcome)
    say(`${outcome.ok ? 'ok' : 'FAILED'} in ${outcome.seconds}${outcome.note && `: ${outcome.note}`}`)
  }

  /** @returns {number} the exit code */
  conclude() {
    say('\n── summary')
    for (const { name, seconds, ok, note } of this.#outcomes) {
      say(`${ok ? 'ok    ' : 'FAILED'} ${seconds.padStart(8)}  ${name}${note && `: ${note}`}`)
    }
    if (this.#passed === 0) this.#failed = Math.max(1, this.#failed)
    say(`\n${this.#passed} passed, ${this.#failed} failed`)
    return this.#failed === 0 ? 0 : 1
  }

  /**
   * @param {string} name
   * @param {string[]} command
   * @param {() => Counts} count reads what the command reported
   * @param {NodeJS.ProcessEnv} [env]
   */
  #tests(name, command, count, env = {}) {
    return this.run(name, async () => {
      const { code } = await this.#execute(command, { quiet: false, env })
      const { passed, failed, skipped } = count()
      this.#passed += passed
      this.#failed += failed
      const note = `${passed} passed, ${failed} failed, ${skipped} skipped`
      if (failed > 0) throw new TestsFailed(note)
      if (code !== 0) throw new Error(`${note}, but ${command[0]} ended with ${code}`)
      return note
    })
  }

  /**
   * @param {string[]} command
   * @param {{ quiet: boolean, env?: NodeJS.ProcessEnv }} options
   * @returns {Promise<{ code: number | string, output: string }>}
   */
  #execute([name = '', ...args], { quiet, env = {} }) {
    return new Promise((resolve, reject) => {
      const child = spawn(path.join(root, 'node_modules/.bin', name), args, {
        cwd: root,
        env: { ...process.env, ...PLAIN, TMPDIR: this.#folder, ...env },
        stdio: quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
      })
      this.#child = child
      let output = ''
      for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => (output += data))
      child.on('error', reject)
      child.on('close', (code, signal) => resolve({ code: code ?? signal ?? 'nothing', output }))
    })
  }
}

/** The failed tests are counted already; the step they failed in is not one more. */
class TestsFailed extends Error {}

/** @param {string} file */
function readJson(file) {
  if (!existsSync(file)) throw new Error('the tests ended without a report')
  return JSON.parse(readFileSync(file, 'utf8'))
}

/**
 * A file that could not be loaded has failed without a test that could say so.
 * @param {{ numPassedTests: number, numFailedTests: number, numPendingTests: number, testResults: { status: string, assertionResults: unknown[] }[] }} report
 * @returns {Counts}
 */
function countVitest({ numPassedTests, numFailedTests, numPendingTests, testResults }) {
  const unloadable = testResults.filter(({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0).length
  return { passed: numPassedTests, failed: numFailedTests + unloadable, skipped: numPendingTests }
}

/**
 * @param {{ stats: { expected: number, unexpected: number, flaky: number, skipped: number } }} report
 * @returns {Counts}
 */
function countPlaywright({ stats }) {
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky, skipped: stats.skipped }
}
