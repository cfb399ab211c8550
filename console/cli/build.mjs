/**
 * Bundles what runs into dist/: the command line and the daemon (stark.mjs), the files that become processes and threads of
 * their own, and the console in web/, all from TypeScript. Plain JavaScript, because it runs before anything is built.
 * dist/ is stale when a source is newer than its stamp; an installed package brings dist/ along and never builds.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
export const dist = path.join(root, 'dist')
const stamp = path.join(dist, '.stamp')

/** Each becomes dist/NAME.mjs. */
const entries = {
  stark: 'console/cli/main.ts',
  daemon: 'plugins/main.ts',
  agent: 'agents/node/main.ts',
  'db-worker': 'plugins/supabase/worker/main.ts',
  'pod-bootstrap': 'agents/node/pod-bootstrap.ts',
  'net-guard': 'agents/node/net-guard.ts',
  reaper: 'agents/node/reaper.ts',
  testing: 'plugins/drop-ins/testing/index.ts',
  'plugin-test': 'plugins/drop-ins/testing/worker.ts',
}

/** Loaded from node_modules at run time: they find WebAssembly, binaries or workers beside their own files. */
const external = ['@supabase/lite', '@supabase/lite/*', '@electric-sql/*', 'kysely', 'esbuild']

/** Builds when a source has changed since the last time. @returns whether it built */
export async function buildIfStale() {
  if (!isStale()) return false
  await build()
  return true
}

async function build() {
  const { build: esbuild } = await import('esbuild')
  const started = Date.now()
  const fresh = `${dist}.${process.pid}`
  await Promise.all([buildNode(esbuild, fresh), buildWeb(esbuild, path.join(fresh, 'web'))])
  writeFileSync(path.join(fresh, '.stamp'), '')
  // What was changed while it was being built is newer than the build.
  utimesSync(path.join(fresh, '.stamp'), started / 1000, started / 1000)
  moveIntoPlace(fresh)
  process.stderr.write(`stark: built dist/ in ${Date.now() - started} ms\n`)
}

function buildNode(esbuild, outdir) {
  return esbuild({
    entryPoints: Object.fromEntries(Object.entries(entries).filter(([, file]) => existsSync(path.join(root, file)))),
    outdir,
    outExtension: { '.js': '.mjs' },
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'linked',
    external,
    logLevel: 'warning',
    banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
  })
}

/** For the oldest browsers that are served. */
const forBrowsers = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  platform: 'browser',
  format: 'esm',
  target: ['chrome90', 'firefox90', 'safari15'],
  logLevel: 'warning',
}

/** Maps lie beside the files for those who look for a fault; no file names its own and none is served, as pages have no use for them. */
const mapped = { ...forBrowsers, sourcemap: 'external' }

async function buildWeb(esbuild, outdir) {
  // What only some pages need is loaded with them.
  const split = { splitting: true, chunkNames: 'chunks/[name]-[hash]' }
  // Style sheets of packages become text, because elements have theirs in their shadow.
  const entry = { entryPoints: ['console/web/main.ts'], outdir, metafile: true }
  const { metafile } = await esbuild({ ...mapped, ...split, loader: { '.css': 'text' }, ...entry })
  copyFileSync(path.join(root, 'console/web/console.css'), path.join(outdir, 'console.css'))
  const page = readFileSync(path.join(root, 'console/web/index.html'), 'utf8')
  writeFileSync(path.join(outdir, 'index.html'), withPreloads(page, firstChunks(metafile.outputs, path.relative(root, outdir))))
  await buildAgent(esbuild, outdir)
}

/** What main.js imports, and what that imports: without being told a browser finds one only when it has read the other. */
function firstChunks(outputs, folder) {
  const found = new Set()
  const add = (file) => {
    for (const { path: imported, kind } of outputs[file].imports) {
      if (kind !== 'import-statement' || found.has(imported)) continue
      found.add(imported)
      add(imported)
    }
  }
  add(`${folder}/main.js`)
  return [...found].map((file) => path.posix.relative(folder, file))
}

/** They are asked for all at once, beside the entry. */
function withPreloads(page, files) {
  const entry = '    <script type="module" src="/main.js"></script>\n'
  if (!page.includes(entry)) throw new Error('index.html does not load /main.js in a line of its own: the chunks belong before that')
  return page.replace(entry, files.map((file) => `    <link rel="modulepreload" href="/${file}" />\n`).join('') + entry)
}

/** The element is a module; what runs in its frames is classic, because workers without an origin can be nothing else. */
async function buildAgent(esbuild, outdir) {
  const classic = { ...forBrowsers, format: 'iife' }
  const text = async (entry, define = {}) => {
    const { outputFiles } = await esbuild({ ...classic, entryPoints: [entry], define, write: false })
    return outputFiles[0].text
  }
  // The name is what its frames are called in stacks: pod-worker.ts.
  const podWorker = `${await text('agents/browser/pod-worker.ts')}\n//# sourceURL=stark:pod-runtime`
  const podFrame = await text('agents/browser/pod-frame.ts', { POD_WORKER_SOURCE: JSON.stringify(podWorker) })
  await Promise.all([
    esbuild({ ...mapped, entryPoints: { agent: 'agents/browser/element.ts' }, outdir }),
    esbuild({
      ...mapped,
      format: 'iife',
      entryPoints: { 'agent-frame': 'agents/browser/frame.ts', 'agent-worker': 'agents/browser/worker.ts' },
      outdir,
    }),
  ])
  copyFileSync(path.join(root, 'agents/browser/agent.html'), path.join(outdir, 'agent.html'))
  writeFileSync(
    path.join(outdir, 'agent-pod.html'),
    `<!doctype html><meta charset="utf-8"><title>A pod</title><script>${podFrame}</script>`,
  )
}

/** Two commands may build at once: each moves a whole folder into place, and the loser's is as good as the winner's. */
function moveIntoPlace(fresh) {
  const old = `${fresh}.old`
  try {
    if (existsSync(dist)) renameSync(dist, old)
    renameSync(fresh, dist)
  } catch {
    rmSync(fresh, { recursive: true, force: true })
  }
  rmSync(old, { recursive: true, force: true })
}

function isStale() {
  if (!existsSync(stamp)) return true
  const built = statSync(stamp).mtimeMs
  const newest = (folder) =>
    readdirSync(folder, { withFileTypes: true }).reduce((latest, each) => {
      const file = path.join(folder, each.name)
      return Math.max(latest, each.isDirectory() ? newest(file) : statSync(file).mtimeMs)
    }, 0)
  const folders = ['kernel', 'plugins', 'agents', 'console'].map((name) => path.join(root, name)).filter((folder) => existsSync(folder))
  const lock = path.join(root, 'package-lock.json')
  return Math.max(existsSync(lock) ? statSync(lock).mtimeMs : 0, ...folders.map(newest)) > built
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  mkdirSync(path.dirname(dist), { recursive: true })
  await buildIfStale()
}
