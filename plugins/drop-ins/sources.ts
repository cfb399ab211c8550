/**
 * Where plugins from outside come from: `plugins` in stark.config.ts, in its order, then the files of the plugins folder, by name.
 * One that cannot be read, or gives nothing usable, is a failure with its reason; the others are there all the same.
 */
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import type { Plugin } from '../../kernel/index.ts'
import type { Module } from './compile.ts'
import { FollowedFile, isMissing, type Loaded } from './file.ts'
import { pluginOf } from './rule.ts'

const FILES_MAX = 100
const CONFIGS = ['stark.config.ts', 'stark.config.mts', 'stark.config.js', 'stark.config.mjs']
const CONFIG_FIELDS: readonly string[] = ['plugins']

export interface Places {
  /** Where the server was started: stark.config.ts is looked for here, and files are named as seen from here. */
  readonly root: string
  /** The configuration, where another file is it. */
  readonly config: string | undefined
  /** The plugins folder; undefined is the folder `plugins` beside the configuration. */
  readonly folder: string | undefined
  /** Stark's own folder of plugins, which is nobody's plugins folder. */
  readonly own: string
}

export interface Offer {
  readonly plugin: Plugin
  readonly file: string
}
export interface Failure {
  readonly file: string
  readonly reason: string
}
export interface Found {
  readonly offers: readonly Offer[]
  readonly failures: readonly Failure[]
}

interface Config {
  readonly plugins: readonly Plugin[]
  readonly files: readonly string[]
}

export class Sources {
  readonly #places: Places
  readonly #configs = new Map<string, FollowedFile<Config>>()
  readonly #files = new Map<string, FollowedFile<readonly Plugin[]>>()
  #folder: string | undefined

  constructor(places: Places) {
    this.#places = places
  }

  /** Where a change may mean other plugins. */
  get folders(): readonly string[] {
    const { root, config } = this.#places
    const followed = [...this.#configs.values(), ...this.#files.values()].flatMap(({ folders }) => folders)
    return [
      ...new Set([config === undefined ? root : path.dirname(config), ...(this.#folder === undefined ? [] : [this.#folder]), ...followed]),
    ]
  }

  async find(): Promise<Found> {
    const found = { offers: [] as Offer[], failures: [] as Failure[] }
    const add = (file: string, { value, failure }: Loaded<readonly Plugin[]>): void => {
      const named = path.relative(this.#places.root, file)
      found.offers.push(...(value ?? []).map((plugin) => ({ plugin, file: named })))
      if (failure !== undefined) found.failures.push({ file: named, reason: failure })
    }
    const config = await this.#configFile(add)
    const loaded = config === undefined ? undefined : await follow(this.#configs, config, configOf(config)).load()
    if (config !== undefined && loaded) add(config, { value: loaded.value?.plugins, failure: loaded.failure })
    this.#folder = this.#places.folder ?? (config === undefined ? undefined : path.join(path.dirname(config), 'plugins'))
    const files = [...new Set([...(loaded?.value?.files ?? []), ...(await this.#filesOf(this.#folder, add))])]
    for (const file of files.slice(FILES_MAX)) add(file, failing(`is one too many: ${FILES_MAX} files are read`))
    const wanted = files.slice(0, FILES_MAX)
    for (const file of wanted) add(file, await follow(this.#files, file, ({ default: exported }) => [pluginOf(exported)]).load())
    keepOnly(this.#files, wanted)
    keepOnly(this.#configs, config === undefined ? [] : [config])
    return found
  }

  async #configFile(add: Add): Promise<string | undefined> {
    const { root, config } = this.#places
    const there = await namesIn(config === undefined ? root : path.dirname(config))
    if (config === undefined) {
      const name = CONFIGS.find((each) => there.includes(each))
      return name === undefined ? undefined : path.join(root, name)
    }
    if (there.includes(path.basename(config))) return config
    add(config, failing('is not there, and STARK_CONFIG names it'))
    return undefined
  }

  async #filesOf(folder: string | undefined, add: Add): Promise<string[]> {
    if (folder === undefined) return []
    if (path.resolve(folder) === path.resolve(this.#places.own)) {
      add(folder, failing("holds Stark's own plugins: name another folder with STARK_PLUGINS_DIR, or list files in stark.config.ts"))
      return []
    }
    const names = await namesIn(folder)
    return names
      .filter(isPluginFile)
      .toSorted()
      .map((name) => path.join(folder, name))
  }
}

type Add = (file: string, loaded: Loaded<readonly Plugin[]>) => void
const failing = (failure: string): Loaded<readonly Plugin[]> => ({ value: undefined, failure })

function follow<T>(followed: Map<string, FollowedFile<T>>, file: string, read: (module: Module) => T): FollowedFile<T> {
  const known = followed.get(file) ?? new FollowedFile(file, read)
  followed.set(file, known)
  return known
}

/** Tests, declarations, and what begins with "." or "_" may lie beside plugins. */
const isPluginFile = (name: string): boolean =>
  /\.[cm]?[jt]s$/.test(name) && !/^[._]|\.(d|test|spec)\.[cm]?ts$|\.(test|spec)\.[cm]?js$/.test(name)

/** @throws Error saying what is wrong with it */
const configOf =
  (file: string) =>
  ({ default: exported }: Module): Config => {
    if (typeof exported !== 'object' || exported === null)
      throw new Error('has no default export that is an object: write "export default { plugins: [] }"')
    const stray = Object.keys(exported).find((field) => !CONFIG_FIELDS.includes(field))
    if (stray !== undefined) throw new Error(`has a field "${stray}", which means nothing: it has ${CONFIG_FIELDS.join(', ')}`)
    const { plugins = [] } = exported as { readonly plugins?: unknown }
    if (!Array.isArray(plugins)) throw new Error('has "plugins", which is a list of files and plugins')
    const inline = plugins.filter((each) => typeof each !== 'string')
    return {
      files: plugins.filter((each) => typeof each === 'string').map((each) => path.resolve(path.dirname(file), each)),
      plugins: inline.map((each) => pluginOf(each)),
    }
  }

function keepOnly(followed: Map<string, unknown>, files: readonly string[]): void {
  for (const file of followed.keys()) if (!files.includes(file)) followed.delete(file)
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}
