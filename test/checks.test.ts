/** The checks look: each of them finds a fault that is planted for it, with the configuration that `npm test` uses. */
import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from './support/temporary-folder.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const strictTypes = JSON.stringify({ extends: path.join(root, 'tsconfig.json'), compilerOptions: { types: [] }, include: ['.'] })

describe('type checking', () => {
  const check = (folder: string, source: string) => {
    const tsconfig = JSON.stringify({ extends: path.join(root, folder, 'tsconfig.json'), include: ['.'] })
    const planted = plant({ 'tsconfig.json': tsconfig, 'a.ts': source })
    return run('tsc', ['-p', planted])
  }

  test('of the kernel knows neither Node.js nor the DOM', async () => {
    expect(await check('kernel', 'export const a = process.pid')).toContain(`'process'`)
    expect(await check('kernel', 'export const a = document.title')).toContain(`'document'`)
    expect(await check('kernel', 'export const a = Math.max(1, 2)')).toBe('')
  })

  test('of the agents knows the DOM and no Node.js', async () => {
    expect(await check('agents', 'export const a = process.pid')).toContain(`'process'`)
    expect(await check('agents', 'export const a = document.title')).toBe('')
  })

  test('is strict: an index may be missing, an optional is not undefined, and what TypeScript must compile away is refused', async () => {
    expect(await check('kernel', 'export const a: string = [""][0]')).toContain('TS2322')
    expect(await check('kernel', 'export const a: { b?: string } = { b: undefined }')).toContain('TS2375')
    expect(await check('kernel', 'export enum A { b }')).toContain('TS1294')
  })
})

test.each([
  ['typescript(no-floating-promises)', `export const a = () => {\n  Promise.resolve(1)\n}`],
  ['typescript(no-misused-promises)', `export const a = () => [1].forEach(async (each) => void (await Promise.resolve(each)))`],
  ['typescript(no-explicit-any)', `export const a: any = 1`],
  ['typescript(no-unsafe-assignment)', `export const a: string = JSON.parse('1')`],
  ['typescript(no-unsafe-member-access)', `export const a = () => JSON.parse('1').b`],
  ['typescript(switch-exhaustiveness-check)', `export const a = (b: 1 | 2) => {\n  switch (b) {\n    case 1:\n  }\n}`],
  ['eslint(no-empty)', `try {\n  JSON.stringify(1)\n} catch {}`],
  ['eslint(eqeqeq)', `export const a = (b: number) => b == 1`],
  ['eslint(no-console)', `console.log(1)`],
  ['import(no-cycle)', `import { b } from './b.ts'\nexport const a = () => b`],
  ['vitest(no-disabled-tests)', `import { test } from 'vitest'\ntest.skip('a', () => {})`],
])('lint finds %s', async (rule, source) => {
  const b = `import { a } from './a.ts'\nexport const b = (): unknown => a`
  const planted = plant({ 'tsconfig.json': strictTypes, 'a.test.ts': source, 'a.ts': source, 'b.ts': b })
  expect(await run('oxlint', ['--type-aware', '-c', path.join(root, '.oxlintrc.json'), planted])).toContain(rule)
})

test('the format check finds a semicolon', async () => {
  const check = (source: string) => run('oxfmt', ['-c', path.join(root, '.oxfmtrc.json'), '--check', plant({ 'a.ts': source })])
  expect(await check(`export const a = 'a';\n`)).toContain('a.ts')
  expect(await check(`export const a = 'a'\n`)).toBe('')
})

test('the check for dead code finds a dead file, a dead export and a dead dependency', async () => {
  const { knip } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { knip: object }
  const planted = plant({
    'package.json': JSON.stringify({ name: 'planted', type: 'module', dependencies: { unheard: '1.0.0' }, knip }),
    'kernel/index.ts': `import { used } from './used.ts'\nexport const all = used`,
    'kernel/used.ts': `export const used = 1\nexport const unused = 2`,
    'kernel/dead.ts': `export const dead = 1`,
  })
  const output = await run('knip', ['--no-progress', '--directory', planted])
  expect(output).toMatch(/Unused files[^]*kernel\/dead\.ts/)
  expect(output).toMatch(/Unused exports[^]*unused/)
  expect(output).toMatch(/Unused dependencies[^]*unheard/)
  expect(output).not.toContain('kernel/index.ts:')
})

/** @param files text by path */
function plant(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder('checks')
  const all = { 'package.json': `${JSON.stringify({ type: 'module' }, null, 2)}\n`, ...files }
  for (const [file, text] of Object.entries(all)) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
    writeFileSync(path.join(folder, file), text)
  }
  return folder
}

/** @returns what the tool wrote when it failed, '' when it found nothing */
async function run(tool: string, args: readonly string[]): Promise<string> {
  try {
    await promisify(execFile)(path.join(root, 'node_modules/.bin', tool), args, { cwd: root })
    return ''
  } catch (error) {
    // A tool that ran has an exit code; one that could not be started has a word.
    const { code, stdout, stderr } = error as { code: number | string; stdout: string; stderr: string }
    if (typeof code !== 'number') throw error
    return stdout + stderr
  }
}
