/**
 * A pack's sources as one ES module. A universal or browser pack is built for no platform, so whatever is only in Node.js is
 * refused here and not on a node; names and lines stay as they are, because stack traces are read by people.
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { builtinModules } from 'node:module'
import path from 'node:path'
import type { BuildFailure, BuildOptions, BuildResult, Message } from 'esbuild'
import { Failure } from '../failure.ts'
import type { Manifest } from './manifest.ts'

const BUNDLE_BYTES_MAX = 50_000_000

export interface Bundle {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly sha256: string
  /** The source map, for the server and not for nodes. */
  readonly map: Uint8Array<ArrayBuffer>
}

/** @throws Failure naming the file and the line */
export async function bundlePack(manifest: Manifest): Promise<Bundle> {
  const { entry, folder } = manifest
  if (!existsSync(entry)) {
    throw new Failure(
      'notFound',
      `there is no ${path.relative(process.cwd(), entry)}: "entry" in the field "stark" of package.json says where the pack begins`,
    )
  }
  const { outputFiles, metafile } = await run(manifest)
  const output = outputFiles.find(({ path }) => path.endsWith('.mjs'))
  const map = outputFiles.find(({ path }) => path.endsWith('.map'))
  const exported = Object.values(metafile.outputs).flatMap((each) => each.exports)
  if (!output || !map || !exported.includes('default')) {
    throw new Failure(
      'failed',
      `${path.relative(folder, entry)} has no default export: write "export default async function main(context) { … }"`,
    )
  }
  // A copy, because esbuild's own is a part of its memory.
  const bytes = new Uint8Array(output.contents)
  if (bytes.length > BUNDLE_BYTES_MAX) {
    throw new Failure('failed', `the bundle has ${bytes.length} bytes, and ${BUNDLE_BYTES_MAX} is the most: leave something out`)
  }
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex'), map: new Uint8Array(map.contents) }
}

async function run(manifest: Manifest): Promise<BuildResult<{ write: false; metafile: true }>> {
  // Loaded when it is needed: most commands are done before it would have been read.
  const { build } = await import('esbuild')
  try {
    return await build({ ...platform(manifest.settings.runtimeTag), ...common(manifest), write: false, metafile: true })
  } catch (error) {
    const errors = (error as Partial<BuildFailure>).errors ?? []
    if (errors.length === 0) throw error
    const [first = '', ...others] = errors.map((each) => sentence(each, manifest))
    throw new Failure('failed', `the pack cannot be bundled: ${first}`, { fields: others, cause: error })
  }
}

const common = ({ folder, entry }: Manifest): BuildOptions => ({
  absWorkingDir: path.resolve(folder),
  entryPoints: [entry],
  bundle: true,
  format: 'esm',
  define: { 'process.env.NODE_ENV': '"production"' },
  outfile: 'bundle.mjs',
  // Where each line comes from, and not what stands there.
  sourcemap: 'external',
  sourcesContent: false,
  logLevel: 'silent',
})

function platform(runtimeTag: string): BuildOptions {
  if (runtimeTag !== 'node') {
    return {
      platform: 'neutral',
      target: 'es2022',
      mainFields: ['module', 'main'],
      conditions: ['worker', 'browser', 'import', 'default'],
    }
  }
  return {
    platform: 'node',
    target: 'node20',
    // Libraries in CommonJS ask for Node.js' own modules by `require`, which an ES module has not got.
    banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
  }
}

function sentence({ text, location }: Message, { folder, settings }: Manifest): string {
  const where = location ? `${location.file}:${location.line}:${location.column + 1}: ` : ''
  return `${where}${text}${advice(text, { folder, runtimeTag: settings.runtimeTag })}`
}

function advice(text: string, { folder, runtimeTag }: { folder: string; runtimeTag: string }): string {
  const [, wanted] = /^Could not resolve "([^"]+)"/.exec(text) ?? []
  if (wanted === undefined) return /\.node"? files/.test(text) ? ': native add-ons cannot be part of a pack' : ''
  if (wanted.startsWith('.') || wanted.startsWith('/')) return ': no such file'
  if (wanted.startsWith('node:') || builtinModules.includes(wanted)) {
    return `: it is only in Node.js, and this pack is ${runtimeTag}; set "runtimeTag": "node" in the field "stark" of package.json, or do without it`
  }
  return `: run "npm install" in ${path.resolve(folder)}, or add it with "npm install ${packageOf(wanted)}"`
}

const packageOf = (specifier: string): string => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
