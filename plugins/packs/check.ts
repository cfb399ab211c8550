/**
 * Is this a bundle that an agent could run: one ES module with a default export, parsed by the same parser that made it.
 */
import { build } from 'esbuild'
import { KernelError } from '../../kernel/index.ts'

const BUNDLE_BYTES_MAX = 50_000_000

/** @throws KernelError BUNDLE_TOO_LARGE, INVALID_BUNDLE naming the line */
export async function checkBundle(bytes: Buffer): Promise<void> {
  if (bytes.length > BUNDLE_BYTES_MAX) {
    throw new KernelError('BUNDLE_TOO_LARGE', `the bundle has ${bytes.length} bytes, and ${BUNDLE_BYTES_MAX} is the most`)
  }
  if (bytes.length === 0) throw new KernelError('INVALID_BUNDLE', 'the bundle is empty')
  const exported = await exportsOf(bytes)
  if (exported.includes('default')) return
  throw new KernelError('INVALID_BUNDLE', 'the bundle has no default export: write `export default async function main(context) { … }`')
}

async function exportsOf(bytes: Buffer): Promise<readonly string[]> {
  try {
    const stdin = { contents: new Uint8Array(bytes), loader: 'js', sourcefile: 'bundle.mjs' } as const
    const { metafile } = await build({ stdin, format: 'esm', bundle: false, write: false, metafile: true, logLevel: 'silent' })
    return Object.values(metafile.outputs).flatMap((output) => output.exports)
  } catch (error) {
    throw new KernelError('INVALID_BUNDLE', `the bundle is not JavaScript: ${firstMessage(error)}`, { cause: error })
  }
}

interface ParseFailure {
  readonly errors?: readonly { readonly text: string; readonly location: { readonly line: number; readonly column: number } | null }[]
}

function firstMessage(error: unknown): string {
  const [first] = (error as ParseFailure).errors ?? []
  if (!first) return String(error)
  return first.location ? `${first.text} (line ${first.location.line}, column ${first.location.column})` : first.text
}
