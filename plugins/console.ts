/**
 * Serves the console's files, as they were built into one folder: its page at / and at each address that it has
 * (console/web/route.ts), because which place is shown is decided in the browser; and where nothing is, so that people are told in
 * words and can go on from there.
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Plugin } from '../kernel/index.ts'

/** With a star: a list, and below it a page for each object. */
const PLACES = [
  '/',
  '/nodes/*',
  '/pods/*',
  '/deployments/*',
  '/packs/*',
  '/push',
  '/namespaces/*',
  '/deploy',
  '/events',
  '/history',
  '/whatif',
  '/queue',
  '/charts',
  '/secrets',
  '/settings',
  '/plugins',
  '/people',
  '/audit',
  '/account',
  '/join',
  '/become-a-node',
]
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
}
/** Named by what is in them. */
const CHUNKS = 'chunks'
const FOR_EVER = { 'Cache-Control': 'public, max-age=31536000, immutable' }

/** @param folder where index.html, main.js and console.css are, and in `chunks` what they load */
export const webConsole = (folder: string): Plugin => ({
  name: 'console',
  after: ['rest'],
  apply({ need }) {
    const serve = (at: string, file: string, headers = {}): void => {
      const body = readFileSync(path.join(folder, file))
      const contentType = TYPES[path.extname(file)] ?? 'application/octet-stream'
      const etag = createHash('sha256').update(body).digest('hex').slice(0, 32)
      need('web').serve(at, () => ({ contentType, body, etag, headers }))
    }
    for (const place of [...PLACES, '*']) serve(place, 'index.html')
    serve('/main.js', 'main.js')
    serve('/console.css', 'console.css')
    for (const file of chunksIn(folder)) serve(`/${CHUNKS}/${file}`, path.join(CHUNKS, file), FOR_EVER)
  },
})

const chunksIn = (folder: string): readonly string[] =>
  existsSync(path.join(folder, CHUNKS)) ? readdirSync(path.join(folder, CHUNKS)).filter((file) => file.endsWith('.js')) : []
