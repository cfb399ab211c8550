/**
 * From a file of TypeScript or JavaScript to the module that it is, with all that it imports, by esbuild. The compiled file is in
 * the temporary folder for as long as it takes to import it.
 */
import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { BuildFailure, Metafile, Message } from 'esbuild'

export type Module = Readonly<Record<string, unknown>>

export interface Compiled {
  /** Another one for another module. */
  readonly hash: string
  /** The files that it was made of, without those of packages. */
  readonly inputs: readonly string[]
  /** @throws Error when the module does */
  readonly load: () => Promise<Module>
}

/** @throws Error naming the file and the line */
export async function compile(file: string): Promise<Compiled> {
  const { code, metafile } = await build(file)
  return {
    hash: createHash('sha256').update(code).digest('hex'),
    inputs: inputsOf(metafile, path.dirname(file)),
    load: () => load(code, path.parse(file).name),
  }
}

async function build(file: string): Promise<{ code: Uint8Array; metafile: Metafile }> {
  // Loaded when it is needed: a cluster without plugins from outside does without it.
  const esbuild = await import('esbuild')
  try {
    const { outputFiles, metafile } = await esbuild.build({
      entryPoints: [file],
      absWorkingDir: path.dirname(file),
      bundle: true,
      write: false,
      metafile: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      sourcemap: 'inline',
      logLevel: 'silent',
      // Packages in CommonJS ask for Node.js' own modules by `require`, which an ES module has not got.
      banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
    })
    const [output] = outputFiles
    if (!output) throw new Error(`esbuild gave nothing for ${file}`)
    return { code: output.contents, metafile }
  } catch (error) {
    const [first, ...others] = (error as Partial<BuildFailure>).errors ?? []
    if (!first) throw error
    const more = others.length > 0 ? ` (and ${others.length} more)` : ''
    throw new Error(`cannot be compiled: ${sentence(first)}${more}`, { cause: error })
  }
}

function sentence({ text, location }: Message): string {
  const [, wanted] = /^Could not resolve "([^"]+)"/.exec(text) ?? []
  const advice = wanted === undefined || wanted.startsWith('.') ? '' : ': install the package beside the file'
  return `${location ? `${location.file}:${location.line}:${location.column + 1}: ` : ''}${text}${advice}`
}

async function load(code: Uint8Array, name: string): Promise<Module> {
  const folder = await mkdtemp(path.join(tmpdir(), 'stark-plugin-'))
  const file = path.join(folder, `${name}.mjs`)
  try {
    await writeFile(file, code)
    return (await import(pathToFileURL(file).href)) as Module
  } catch (error) {
    throw new Error(`throws when it is loaded: ${String(error)}${placeIn(error)}`, { cause: error })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The first line of the stack that is in the author's own source. */
function placeIn(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  const [, place] = /^\s+at .*?\(?((?:file:\/\/)?\/[^()\s]+\.[cm]?[jt]s:\d+)/m.exec(stack) ?? []
  return place === undefined ? '' : ` (${path.basename(place)})`
}

const inputsOf = ({ inputs }: Metafile, folder: string): string[] =>
  Object.keys(inputs)
    .filter((input) => !/(^|[/\\])node_modules[/\\]/.test(input))
    .map((input) => path.resolve(folder, input))
