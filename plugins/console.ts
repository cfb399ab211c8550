/** Serves the console's files, as they were built into one folder, at /. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Plugin } from '../kernel/index.ts'

const FILES = { '/': 'index.html', '/main.js': 'main.js' }
const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8' }

/** @param folder where index.html and main.js are */
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
