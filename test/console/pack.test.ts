/** Packs before they meet a server: what package.json says, and what can be bundled. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { bundlePack } from '../../console/cli/pack/bundle.ts'
import { readManifest } from '../../console/cli/pack/manifest.ts'
import { writeTemplate } from '../../console/cli/pack/template.ts'
import { TEMPLATES } from '../../console/cli/pack/templates.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const HELLO = 'export default () => "hello"'

function aFolder(files: Readonly<Record<string, string | object>>): string {
  const folder = temporaryFolder('pack')
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
    writeFileSync(path.join(folder, file), typeof content === 'string' ? content : JSON.stringify(content))
  }
  return folder
}
const manifest = { name: 'hello', version: '1.0.0' }
const bundled = async (files: Readonly<Record<string, string | object>>) =>
  bundlePack(await readManifest(aFolder({ 'package.json': manifest, ...files })))
const textOf = async (files: Readonly<Record<string, string | object>>) => Buffer.from((await bundled(files)).bytes).toString()

describe('a package.json', () => {
  test('without a field stark is a universal pack that begins in src/index.ts', async () => {
    const folder = aFolder({ 'package.json': { ...manifest, scripts: {}, private: true } })
    expect(await readManifest(folder)).toMatchObject({ entry: path.join(folder, 'src/index.ts'), settings: { runtimeTag: 'universal' } })
  })

  test('says where the pack begins: by stark.entry, else by main', async () => {
    const folder = aFolder({ 'package.json': { ...manifest, main: 'lib.js', stark: { entry: 'pack.ts' } } })
    expect((await readManifest(folder)).entry).toBe(path.join(folder, 'pack.ts'))
    expect(path.basename((await readManifest(aFolder({ 'package.json': { ...manifest, main: 'lib.js' } }))).entry)).toBe('lib.js')
  })

  test.each([
    ['no version', { name: 'hello' }, 'version'],
    ['a name that is none', { name: 'Hello!', version: '1.0.0' }, 'name'],
    ['a version that is none', { name: 'hello', version: '1' }, 'version'],
    ['a runtime that is none', { ...manifest, stark: { runtimeTag: 'deno' } }, 'stark.runtimeTag'],
    ['a misspelt field', { ...manifest, stark: { runtimetag: 'node' } }, 'runtimetag'],
    ['metadata that are none', { ...manifest, stark: { metadata: { timeoutSeconds: 'ten' } } }, 'stark.metadata.timeoutSeconds'],
    ['no JSON', '{', 'is not JSON'],
    ['an array', '[]', 'does not describe a pack'],
  ])('with %s is refused by name', async (_, content, named) => {
    const folder = aFolder({ 'package.json': content })
    await expect(readManifest(folder)).rejects.toThrow(path.join(folder, 'package.json'))
    await expect(readManifest(folder)).rejects.toThrow(named)
  })

  test('that is not there leads to pack init', async () => {
    await expect(readManifest(temporaryFolder('pack'))).rejects.toMatchObject({
      kind: 'notFound',
      message: expect.stringContaining('stark pack init'),
    })
  })
})

describe('a pack', () => {
  test('is one module, with what it imports inside, and the same bytes each time', async () => {
    const files = {
      'src/index.ts':
        'import { greet } from "greeter"\nimport { name } from "./name.ts"\nexport default (): string => greet(name as string)',
      'src/name.ts': 'export const name: unknown = "ada"',
      'node_modules/greeter/package.json': { name: 'greeter', main: 'index.js' },
      'node_modules/greeter/index.js': 'exports.greet = (name) => "hello " + name',
    }
    const [first, second] = [await bundled(files), await bundled(files)]
    expect(second.sha256).toBe(first.sha256)
    const source = `data:text/javascript;base64,${Buffer.from(first.bytes).toString('base64')}`
    expect(((await import(source)) as { default: () => unknown }).default()).toBe('hello ada')
  })

  test('for Node.js may use what is there, also from CommonJS', async () => {
    const files = {
      'package.json': { ...manifest, stark: { runtimeTag: 'node' } },
      'src/index.ts': 'import { base } from "old"\nimport { sep } from "node:path"\nexport default () => base("a/b" + sep + "c")',
      'node_modules/old/package.json': { name: 'old', main: 'index.js' },
      'node_modules/old/index.js': 'exports.base = require("path").basename',
    }
    const file = path.join(temporaryFolder('pack'), 'bundle.mjs')
    writeFileSync(file, (await bundled(files)).bytes)
    expect(((await import(file)) as { default: () => unknown }).default()).toBe('c')
  })

  test.each(TEMPLATES)('of the template %s needs nothing to be installed', async (template) => {
    const folder = path.join(temporaryFolder('pack'), 'hello')
    await writeTemplate(folder, '@team/hello', template)
    const made = await readManifest(folder)
    const runtimeTag = template === 'browser' ? 'browser' : 'universal'
    expect(made).toMatchObject({ name: '@team/hello', version: '1.0.0', settings: { runtimeTag } })
    expect((await bundlePack(made)).bytes.length).toBeGreaterThan(100)
  })

  test('comes with a map of its lines, in which no source stands', async () => {
    const { map, bytes } = await bundled({ 'src/index.ts': 'export default () => "a secret comment" /* not this */' })
    const { sources, sourcesContent } = JSON.parse(Buffer.from(map).toString()) as { sources: string[]; sourcesContent?: unknown }
    expect(sources).toEqual(['src/index.ts'])
    expect(sourcesContent).toBeUndefined()
    expect(Buffer.from(bytes).toString()).not.toContain('sourceMappingURL')
  })

  test('keeps the names that stack traces show', async () => {
    expect(
      await textOf({ 'src/index.ts': 'function readTemperature() { throw new Error("no") }\nexport default () => readTemperature()' }),
    ).toContain('function readTemperature()')
  })

  test.each([
    [
      'imports what is only in Node.js',
      { 'src/index.ts': 'import "./disk.ts"\nexport default 1', 'src/disk.ts': 'import { readFile } from "node:fs"\nreadFile' },
      /^the pack cannot be bundled: src\/disk\.ts:1:\d+: .*node:fs.*is only in Node\.js, and this pack is universal; set "runtimeTag": "node"/,
    ],
    [
      'imports a package that is not installed',
      { 'src/index.ts': 'import "@acme/left-pad/index.js"\nexport default 1' },
      /src\/index\.ts:1:\d+: .*npm install @acme\/left-pad"/,
    ],
    [
      'imports a file that is not there',
      { 'src/index.ts': 'import "./gone.ts"\nexport default 1' },
      /src\/index\.ts:1:\d+: .*\.\/gone\.ts.*no such file/,
    ],
    [
      'imports a native add-on',
      { 'src/index.ts': 'import "./fast.node"\nexport default 1', 'src/fast.node': '' },
      /native add-ons cannot be part of a pack/,
    ],
    ['is not TypeScript', { 'src/index.ts': 'export default function {' }, /src\/index\.ts:1:\d+: /],
    ['exports nothing by default', { 'src/index.ts': 'export const main = 1' }, /^src\/index\.ts has no default export/],
    ['is not there', {}, /there is no .*src\/index\.ts/],
  ])('that %s is refused, and the sentence names the file', async (_, files, sentence) => {
    await expect(bundled(files)).rejects.toThrow(sentence)
  })

  test('is not written over a folder that has something in it', async () => {
    const folder = aFolder({ 'src/index.ts': HELLO })
    await expect(writeTemplate(folder, 'hello')).rejects.toThrow('not empty')
  })
})
