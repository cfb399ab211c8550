// @ts-check
/**
 * `npm run bench -- NAME`: bundles the benches, because Node.js 20 does not read TypeScript, and runs them. The bundle goes to the
 * cache in node_modules and is removed at the end; packages stay outside of it, and each source keeps its own address.
 */
import { readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { buildIfStale } from '../../console/cli/build.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const outdir = path.join(root, 'node_modules/.cache/stark-bench', String(process.pid))
process.setSourceMapsEnabled(true)
process.on('exit', () => rmSync(outdir, { recursive: true, force: true }))

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
    plugin.onLoad({ filter: /\.ts$/ }, ({ path: file }) => ({
      contents: readFileSync(file, 'utf8').replaceAll('import.meta.url', JSON.stringify(pathToFileURL(file).href)),
      loader: 'ts',
    }))
  },
}

await buildIfStale()
await build({
  entryPoints: [path.join(root, 'test/bench/main.ts')],
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
const { main } = await import(pathToFileURL(path.join(outdir, 'main.mjs')).href)
process.exitCode = await main(process.argv.slice(2))
