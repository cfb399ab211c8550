/** Imports a module that somebody names: a file, or a package as this folder sees it. */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

/** @param variable what it was named by, for whoever reads the error. @throws Error */
export async function loadModule(name: string, variable: string): Promise<void> {
  try {
    const file = existsSync(name) ? path.resolve(name) : createRequire(path.resolve('package.json')).resolve(name)
    await import(pathToFileURL(file).href)
  } catch (error) {
    throw new Error(`${variable} is ${name}, and that cannot be imported: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}
