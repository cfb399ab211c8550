/**
 * Serves the console's files, as they were built into one folder: its page at / and at each place that its addresses name
 * (console/web/route.ts), because which of them is shown is decided in the browser.
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Plugin } from '../kernel/index.ts'

const PLACES = ['/', '/nodes', '/pods', '/packs', '/namespaces', '/node', '/pod']
const FILES = {
  ...Object.fromEntries(PLACES.map((place) => [place, 'index.html'])),
  '/main.js': 'main.js',
  '/console.css': 'console.css',
}
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
}

/** @param folder where index.html, main.js and console.css are */
export const webConsole = (folder: string): Plugin => ({
  name: 'console',
  after: ['rest'],
  apply({ need }) {
    for (const [at, file] of Object.entries(FILES)) {
      const body = readFileSync(path.join(folder, file))
      need('web').serve(at, () => ({ contentType: TYPES[path.extname(file)] ?? 'application/octet-stream', body }))
    }
  },
})
