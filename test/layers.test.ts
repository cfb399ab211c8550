/** Imports follow the arrows of the house, and the kernel takes time, chance and I/O only as they are handed to it. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { findFaults, type Tree } from './support/layers.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
/** An empty glob is green, so fewer files than this are an error. */
const FILES_MIN = 60

test('the sources follow the arrows', async () => {
  const tree = readTree(['kernel', 'plugins', 'agents', 'console'])
  expect(tree.size).toBeGreaterThanOrEqual(FILES_MIN)
  expect(await findFaults(tree)).toEqual([])
})

describe('an import against an arrow is found:', () => {
  test.each([
    ['a plugin that imports another', 'plugins/taints.ts', '../plugins/quotas.ts', 'plugins/quotas.ts'],
    ['a file of a plugin folder that imports another plugin', 'plugins/rest/routes.ts', '../gateway/index.ts', 'plugins/gateway/index.ts'],
    [
      'a plugin that imports a folder whose name only begins alike',
      'plugins/rest/body.ts',
      '../rest-extra/a.ts',
      'plugins/rest-extra/a.ts',
    ],
    ['a plugin that goes past kernel/index', 'plugins/taints.ts', '../kernel/commit.ts', 'kernel/commit.ts'],
    ['a plugin that imports the preset', 'plugins/taints.ts', './preset.ts', 'plugins/preset.ts'],
    ['an agent that imports kernel/index', 'agents/agent.ts', '../kernel/index.ts', 'kernel/index.ts'],
    ['an agent that imports a plugin', 'agents/node/main.ts', '../../plugins/packs.ts', 'plugins/packs.ts'],
    ['an agent that imports the console', 'agents/agent.ts', '../console/cli/main.ts', 'console/cli/main.ts'],
    ['a console that imports kernel/index', 'console/web/main.ts', '../../kernel/index.ts', 'kernel/index.ts'],
    ['a console that imports a plugin', 'console/cli/main.ts', '../../plugins/main.ts', 'plugins/main.ts'],
    ['an agent core that imports the Node.js agent', 'agents/agent.ts', './node/main.ts', 'agents/node/main.ts'],
    ['a web console that imports the command line', 'console/web/main.ts', '../cli/main.ts', 'console/cli/main.ts'],
    ['a kernel that imports the wire', 'kernel/kernel.ts', './wire/codec.ts', 'kernel/wire/codec.ts'],
    ['a kernel that imports a plugin', 'kernel/kernel.ts', '../plugins/packs.ts', 'plugins/packs.ts'],
    ['a kernel that imports its own index', 'kernel/kernel.ts', './index.ts', 'kernel/index.ts'],
    ['a wire that imports the rest of the kernel', 'kernel/wire/codec.ts', '../state.ts', 'kernel/state.ts'],
    ['a schema that imports the rest of the kernel', 'kernel/schema/pod.ts', '../state.ts', 'kernel/state.ts'],
    ['a source that imports a test', 'kernel/state.ts', '../test/support/ids.ts', 'test/support/ids.ts'],
    ['a kernel that imports Node.js', 'kernel/state.ts', 'node:fs', 'node:fs'],
    ['an agent core that imports Node.js without the prefix', 'agents/agent.ts', 'path', 'path'],
    ['a wire that imports Node.js', 'kernel/wire/client.ts', 'node:net', 'node:net'],
    ['an agent core that imports Node.js', 'agents/agent.ts', 'node:os', 'node:os'],
    ['a browser agent that imports Node.js', 'agents/browser/main.ts', 'node:os', 'node:os'],
    ['a web console that imports Node.js', 'console/web/main.ts', 'node:url', 'node:url'],
    ['a kernel that imports another package', 'kernel/state.ts', 'koa', 'koa'],
  ])('%s', async (_, file, specifier, target) => {
    const forms = [
      `import { a } from '${specifier}'\na()`,
      `import { a } from '${specifier}'`,
      `import '${specifier}'`,
      `export * from '${specifier}'`,
      `export { a } from '${specifier}'`,
      `import type { A } from './schema/x.ts'\nimport { type B, c } from '${specifier}'`,
      // verbatimModuleSyntax keeps this one as `import 'specifier'`.
      `import { type B } from '${specifier}'\nexport let b: B`,
      `export const load = () => import('${specifier}')`,
    ]
    for (const source of forms) {
      const faults = await findFaults(new Map([[file, source]]))
      expect(faults, source).toEqual([expect.stringContaining(`${file} imports ${target}: `)])
    }
  })
})

test('imports along the arrows, and of types against them, are no faults', async () => {
  const tree = new Map([
    ['kernel/index.ts', `export * from './kernel.ts'\nexport * from './wire/codec.ts'`],
    ['kernel/kernel.ts', `import { ref } from '@vue/reactivity'\nimport './schema/index.ts'\nref()`],
    ['kernel/wire/codec.ts', `import { KernelError } from '../errors.ts'\nimport Type from 'typebox'\nType(KernelError)`],
    ['plugins/rest/index.ts', `import Koa from 'koa'\nimport { routes } from './routes.ts'\nimport '../../kernel/index.ts'\nroutes(Koa)`],
    ['plugins/taints.ts', `import type { Quota } from './quotas.ts'\nexport type { State } from '../kernel/state.ts'\nexport let a: Quota`],
    ['plugins/preset.ts', `import { taints } from './taints.ts'\ntaints()`],
    ['agents/agent.ts', `import '../kernel/wire/client.ts'\nimport type { Kernel } from '../kernel/index.ts'\nexport let a: Kernel`],
    ['agents/node/main.ts', `import os from 'node:os'\nimport '../agent.ts'\nos.cpus()`],
    ['console/cli/main.ts', `import fs from 'node:fs'\nfs.readFileSync('x')`],
    ['kernel/prose.ts', `// import '../plugins/a.ts'\nexport const text = "import '../plugins/a.ts'"`],
  ])
  expect(await findFaults(tree)).toEqual([])
})

describe('in the kernel, what must be handed in is found:', () => {
  test.each([
    ['Date.now', 'Date.now()'],
    ['Date.now', 'globalThis.Date.now()'],
    ['new Date()', 'new Date()'],
    ['new Date()', 'new Date'],
    ['Date()', 'Date()'],
    ['performance.now', 'performance.now()'],
    ['Math.random', 'Math.random()'],
    ['Math.random', 'globalThis.Math.random()'],
    ['setTimeout', 'setTimeout(() => {}, 1)'],
    ['setInterval', 'setInterval(() => {}, 1)'],
    ['setImmediate', 'setImmediate(() => {})'],
    ['crypto.randomUUID', 'crypto.randomUUID()'],
    ['process', 'process.env.HOME'],
    ['process', 'globalThis.process'],
    ['fetch', `fetch('http://localhost')`],
  ])('%s in %s', async (name, expression) => {
    const source = `\nexport const a = () => ${expression}\n`
    expect(await findFaults(new Map([['kernel/wire/a.ts', source]]))).toEqual([expect.stringContaining(`kernel/wire/a.ts:2 uses ${name}:`)])
    expect(await findFaults(new Map([['plugins/a.ts', source]]))).toEqual([])
  })

  test('but not what only looks like it', async () => {
    const source = `
      // Date.now() and setTimeout
      export const text = 'Date.now() fetch() process.exit()'
      export const at = (ms: number) => new Date(ms).toISOString()
      export const parsed = Date.parse(text)
      export const largest = Math.max(1, 2)
      export function run(process: { env: object }, clock: { now(): number }, fetch: () => void) {
        fetch()
        return [process.env, clock.now(), { setTimeout: 1 }.setTimeout]
      }`
    expect(await findFaults(new Map([['kernel/a.ts', source]]))).toEqual([])
  })
})

function readTree(folders: readonly string[]): Tree {
  const files = folders.flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(ts|mjs)$/.test(file) && !file.endsWith('.d.mts'))
      .map((file) => path.posix.join(folder, file.split(path.sep).join('/'))),
  )
  return new Map(files.map((file) => [file, readFileSync(path.join(root, file), 'utf8')]))
}
