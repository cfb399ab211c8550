/**
 * The import arrows between the folders, and what the kernel must not touch, checked over a tree of sources.
 * esbuild parses: `import type` and what is only a type is gone by itself, a name in a comment, a string or a local scope is no
 * finding, and `export ... from`, `import()` and `require()` count like any import.
 */
import { builtinModules } from 'node:module'
import path from 'node:path'
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping'
import { build, type Metafile, type Plugin } from 'esbuild'

/** Path from the root, with forward slashes -> source text. */
export type Tree = ReadonlyMap<string, string>

/** @returns a sentence for each import against an arrow and each forbidden global, sorted; empty when all is well */
export async function findFaults(tree: Tree): Promise<string[]> {
  const kernel = new Map([...tree].filter(([file]) => file.startsWith('kernel/')))
  const faults = [...(await importsOf(tree)).flatMap(judgeImport), ...(await forbiddenGlobals(kernel))]
  return faults.toSorted()
}

interface Import {
  readonly from: string
  /** A path from the root for what is in the tree, else the specifier as written. */
  readonly to: string
  readonly isOurs: boolean
}

/** What the clients of the wire share with it. */
const CLIENT = 'kernel/(wire/|schema/|errors\\.ts$)'

/** Where each folder may reach; the first pattern that matches a file decides. */
const arrows: readonly { readonly files: RegExp; readonly mayImport: RegExp; readonly says: string }[] = [
  {
    files: /^kernel\/(schema\/|errors\.ts$)/,
    mayImport: /^kernel\/(schema\/|errors\.ts$)/,
    says: 'kernel/schema and kernel/errors import each other',
  },
  { files: /^kernel\/wire\//, mayImport: new RegExp(`^${CLIENT}`), says: 'kernel/wire imports kernel/schema and kernel/errors' },
  { files: /^kernel\/index\.ts$/, mayImport: /^kernel\//, says: 'kernel/index imports the kernel' },
  { files: /^kernel\//, mayImport: /^kernel\/(?!index\.ts$|wire\/)/, says: 'the kernel imports neither kernel/index nor kernel/wire' },
  { files: /^plugins\/(preset|main)\.ts$/, mayImport: /^(plugins\/|kernel\/(index\.ts$|wire\/))/, says: 'the composition imports plugins' },
  { files: /^plugins\//, mayImport: /^kernel\/(index\.ts$|wire\/)/, says: 'a plugin imports kernel/index, kernel/wire and its own folder' },
  { files: /^agents\/node\//, mayImport: new RegExp(`^(agents/(?!browser/)|${CLIENT})`), says: 'agents are clients of the wire' },
  {
    files: /^agents\//,
    mayImport: new RegExp(`^(agents/(?!node/)|${CLIENT})`),
    says: 'agents are clients of the wire, here without Node.js',
  },
  { files: /^console\/web\//, mayImport: new RegExp(`^(console/(?!cli/)|${CLIENT})`), says: 'the console is a client of the wire' },
  { files: /^console\//, mayImport: new RegExp(`^(console/(?!web/)|${CLIENT})`), says: 'the console is a client of the wire' },
]

/** These run in browsers too, so nothing of Node.js may be in them. */
const isomorphic = /^(kernel\/|agents\/(?!node\/)|console\/web\/)/
const builtins = new Set(builtinModules)
const kernelPackages = /^(@vue\/reactivity|tapable|typebox)(\/|$)/

function judgeImport({ from, to, isOurs }: Import): string[] {
  if (!isOurs) {
    if (isomorphic.test(from) && (to.startsWith('node:') || builtins.has(to)))
      return [`${from} imports ${to}: it has to run in a browser too`]
    if (from.startsWith('kernel/') && !kernelPackages.test(to))
      return [`${from} imports ${to}: the kernel knows Vue's reactivity, tapable and typebox`]
    return []
  }
  const arrow = arrows.find(({ files }) => files.test(from))
  if (!arrow || arrow.mayImport.test(to) || isSamePlugin(from, to)) return []
  return [`${from} imports ${to}: ${arrow.says}`]
}

/** A plugin is a file in plugins/, or a folder there. */
function isSamePlugin(from: string, to: string): boolean {
  const plugin = /^plugins\/[^/]+\//.exec(from)?.[0]
  return plugin !== undefined && to.startsWith(plugin)
}

async function importsOf(tree: Tree): Promise<Import[]> {
  const { inputs } = await compile(tree, {})
  return Object.entries(inputs).flatMap(([input, { imports }]) =>
    imports.map(({ path: specifier }) => {
      const from = input.slice(NAMESPACE.length + 1)
      const isOurs = specifier.startsWith('.')
      return { from, to: isOurs ? path.posix.join(path.posix.dirname(from), specifier) : specifier, isOurs }
    }),
  )
}

/** Time, chance and I/O are handed to the kernel. `Date` is told apart below: a date made from a number is fine. */
const forbidden = ['performance.now', 'Math.random', 'crypto.randomUUID', 'setTimeout', 'setInterval', 'setImmediate', 'process', 'fetch']
const marker = (name: string) => `__forbidden_${name.replace('.', '_')}`

/** esbuild replaces a global, and nothing that only looks like it, by a marker; where the markers are in its output is the answer. */
async function forbiddenGlobals(tree: Tree): Promise<string[]> {
  const names = [...forbidden, 'Date'].flatMap((name) => [name, `globalThis.${name}`])
  const define = Object.fromEntries(names.map((name) => [name, marker(name.replace('globalThis.', ''))]))
  const { outputs } = await compile(tree, define)
  const date = marker('Date')
  const patterns = [
    ...forbidden.map((name) => ({ name, pattern: new RegExp(`${marker(name)}\\b`, 'g') })),
    { name: 'Date.now', pattern: new RegExp(`${date}\\.now\\b`, 'g') },
    { name: 'new Date()', pattern: new RegExp(`new ${date}\\(\\)`, 'g') },
    { name: 'Date()', pattern: new RegExp(`(?<!new )${date}\\(`, 'g') },
  ]
  return outputs.flatMap(({ file, code, map }) =>
    patterns.flatMap(({ name, pattern }) =>
      [...code.matchAll(pattern)].map(
        ({ index }) => `${file}:${originalLine(code, map, index)} uses ${name}: time, chance and I/O are handed in`,
      ),
    ),
  )
}

function originalLine(code: string, map: string, index: number): number {
  const before = code.slice(0, index).split('\n')
  const position = originalPositionFor(new TraceMap(map), { line: before.length, column: before.at(-1)?.length ?? 0 })
  return position.line ?? 0
}

const NAMESPACE = 'tree'
interface Compiled {
  readonly inputs: Metafile['inputs']
  readonly outputs: readonly { readonly file: string; readonly code: string; readonly map: string }[]
}

/** Each file on its own, every import left alone. */
async function compile(tree: Tree, define: Record<string, string>): Promise<Compiled> {
  const { metafile, outputFiles } = await build({
    entryPoints: [...tree.keys()].map((file) => ({ in: file, out: file })),
    plugins: [inMemory(tree)],
    bundle: true,
    write: false,
    metafile: true,
    outdir: '/',
    format: 'esm',
    sourcemap: 'external',
    define,
    logLevel: 'silent',
  })
  const text = new Map(outputFiles.map((each) => [each.path, each.text]))
  const outputs = [...tree.keys()].map((file) => {
    const [code, map] = [text.get(`/${file}.js`), text.get(`/${file}.js.map`)]
    if (code === undefined || map === undefined) throw new Error(`esbuild gave nothing for ${file}`)
    return { file, code, map }
  })
  return { inputs: metafile.inputs, outputs }
}

const inMemory = (tree: Tree): Plugin => ({
  name: 'in-memory',
  setup(plugin) {
    plugin.onResolve({ filter: /.*/ }, ({ path: specifier, kind }) =>
      // esbuild writes ./ before an entry whose file also exists on the disk.
      kind === 'entry-point' ? { path: path.posix.normalize(specifier), namespace: NAMESPACE } : { path: specifier, external: true },
    )
    plugin.onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ path: file }) => {
      const contents = tree.get(file)
      if (contents === undefined) throw new Error(`${file} is not in the tree`)
      return { contents, loader: file.endsWith('.ts') ? 'ts' : 'js' }
    })
  },
})
