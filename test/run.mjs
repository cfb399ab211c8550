// @ts-check
/**
 * `npm test` is everything CI runs, step by step; `npm run test:only -- PATH...` is the tests under some paths with their set-up.
 * Every step runs, also after one that failed, so that one run tells everything. The last line is `N passed, M failed`: N and M
 * count tests, and any other step that failed is one more in M.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { findOrInstallBrowser } from './support/browser.mjs'
import { ownFolder } from './support/leftovers.mjs'
import { Steps, root, say } from './support/steps.mjs'

const JOURNEYS = 'test/journeys'
const LINES_PERCENT_MIN = 80

const [mode, ...args] = process.argv.slice(2)
if (mode === 'only') await runOnly(args.map(fromRoot))
else await runAll()

async function runAll() {
  const own = ownFolder()
  const steps = new Steps(own.folder)
  await steps.check('types', ['tsc', '-p', 'tsconfig.json'])
  await steps.check('types of the kernel, without Node.js and DOM', ['tsc', '-p', 'kernel/tsconfig.json'])
  await steps.check('types of the agents, without Node.js', ['tsc', '-p', 'agents/tsconfig.json'])
  await steps.check('types of the console, without Node.js', ['tsc', '-p', 'console/web/tsconfig.json'])
  await steps.check('lint', ['oxlint', '--type-aware'])
  await steps.check('format', ['oxfmt', '--check'])
  await steps.check('dead code', ['knip', '--no-progress'])
  await steps.run('build', build)
  await steps.run('browser', findBrowser)
  const kept = path.join(own.folder, 'coverage')
  mkdirSync(kept)
  await steps.vitest('tests', ['--coverage'], { COVERAGE_FOLDER: kept })
  await steps.run('coverage', () => coverage(kept))
  if (journeysIn([JOURNEYS]).length > 0) await steps.playwright('journeys', [])
  await finish(steps, own)
}

/** @param {string[]} paths from the root */
async function runOnly(paths) {
  const missing = paths.find((each) => !existsSync(path.join(root, each)))
  if (paths.length === 0 || missing !== undefined) {
    say(missing === undefined ? 'usage: npm run test:only -- PATH...' : `there is no ${missing}`)
    process.exit(2)
  }
  const files = filesUnder(paths)
  const journeys = journeysIn(paths)
  const own = ownFolder()
  const steps = new Steps(own.folder)
  await steps.run('build', build)
  if (files.some(needsBrowser)) await steps.run('browser', findBrowser)
  if (files.some((file) => file.endsWith('.test.ts'))) await steps.vitest('tests', paths)
  if (journeys.length > 0) await steps.playwright('journeys', journeys)
  await finish(steps, own)
}

/**
 * @param {Steps} steps
 * @param {ReturnType<typeof ownFolder>} own
 */
async function finish(steps, own) {
  const clear = async () => {
    const left = await own.clear()
    if (left.length > 0) throw new Error(left.join('\n'))
  }
  await steps.run('nothing left behind', clear, { alsoWhenStopped: true })
  process.exitCode = steps.conclude()
}

async function build() {
  const { buildIfStale } = await import('../console/cli/build.mjs')
  return (await buildIfStale()) ? 'built dist/' : 'dist/ is fresh'
}

async function findBrowser() {
  const browser = await findOrInstallBrowser(say)
  process.env.CHROME_PATH = browser
  return browser
}

/** @param {string} kept where processes and pages under test kept what they ran */
async function coverage(kept) {
  const { loadTypeScript } = await import('./support/load-typescript.mjs')
  const { coverageOf } = await loadTypeScript('test/support/coverage/coverage.ts')
  /** @type {ReadonlyMap<string, { lines: number, ran: number }>} */
  const found = coverageOf({ root, kept })
  rmSync(kept, { recursive: true })
  const percent = ({ lines, ran } = { lines: 0, ran: 0 }) => (100 * ran) / Math.max(1, lines)
  const all = percent(found.get(''))
  const folders = [...found].flatMap(([name, each]) => (name === '' ? [] : `${name} ${percent(each).toFixed(0)}`))
  const note = `${all.toFixed(1)} % of lines (${folders.join(', ')}), without those of killed processes and of pages' workers`
  if (all < LINES_PERCENT_MIN) throw new Error(`${note}; ${LINES_PERCENT_MIN} % at least are asked for`)
  return note
}

/** @param {string} file */
function needsBrowser(file) {
  return /test\/kernel\/scheduling[^/]*$|\.spec\.ts$/.test(file) || readFileSync(path.join(root, file), 'utf8').includes('CHROME_PATH')
}

/** @param {string[]} paths */
function journeysIn(paths) {
  return filesUnder(paths).filter((file) => file.startsWith(`${JOURNEYS}/`) && file.endsWith('.spec.ts'))
}

/**
 * @param {string[]} paths
 * @returns {string[]}
 */
function filesUnder(paths) {
  return paths.flatMap((each) => {
    const full = path.join(root, each)
    if (!existsSync(full)) return []
    if (!statSync(full).isDirectory()) return [each]
    return filesUnder(
      readdirSync(full)
        .filter((name) => name !== 'node_modules')
        .map((name) => path.posix.join(each, name)),
    )
  })
}

/**
 * A path as the person typed it: from where they stood, not from where npm runs scripts.
 * @param {string} typed
 */
function fromRoot(typed) {
  return path.relative(root, path.resolve(process.env.INIT_CWD ?? process.cwd(), typed))
}
