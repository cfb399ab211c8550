// @ts-check
/**
 * Loads a TypeScript entry of the tests as a module, bundled because Node.js 20 does not read TypeScript. The bundle goes to the
 * cache in node_modules and is removed when the process ends; packages stay outside of it, and each source keeps its own address.
 */
import { readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build, transform } from 'esbuild'

const root = fileURLToPath(new URL('../..', import.meta.url))
const outdir = path.join(root, 'node_modules/.cache/stark-test', String(process.pid))

/**
 * Files are found beside import.meta.url, so it stays what it is in the source; plain JavaScript is loaded from where it is.
 * @type {import('esbuild').Plugin}
 */
const ownAddresses = {
  name: 'own-addresses',
  setup(plugin) {
    plugin.onResolve({ filter: /^\..*\.mjs$/ }, ({ path: specifier, resolveDir }) => ({
      path: pathToFileURL(path.join(resolveDir, specifier)).href,
      external: true,
    }))
    plugin.onLoad({ filter: /\.ts$/ }, async ({ path: file }) => {
      const define = { 'import.meta.url': JSON.stringify(pathToFileURL(file).href) }
      const { code } = await transform(readFileSync(file, 'utf8'), { loader: 'ts', define, sourcefile: file, sourcemap: 'inline' })
      return { contents: code, loader: 'js' }
    })
  },
}

/** @param {string} entry from the root, such as test/bench/main.ts */
export async function loadTypeScript(entry) {
  process.setSourceMapsEnabled(true)
  process.on('exit', () => rmSync(outdir, { recursive: true, force: true }))
  await build({
    entryPoints: { main: path.join(root, entry) },
    outdir,
    outExtension: { '.js': '.mjs' },
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    sourcemap: 'linked',
    logLevel: 'warning',
    plugins: [ownAddresses],
  })
  return import(pathToFileURL(path.join(outdir, 'main.mjs')).href)
}
