/** Runs a pack on this machine, in the isolate of a node, and again with its newest sources whenever it is told to. */
import { writeFile } from 'node:fs/promises'
import { SourceMap, type SourceMapPayload } from 'node:module'
import path from 'node:path'
import type { LocalPack, LocalRuntime } from '../../../agents/node/local-run.ts'
import type { LogLine, PodExit, RunningPod } from '../../../agents/runtime.ts'
import { translatePlaces } from '../../../kernel/wire/stack-text.ts'
import { bundlePack } from './bundle.ts'
import { readManifest } from './manifest.ts'
import { Failure } from '../failure.ts'

const GRACE_MS = 5_000

export interface RunnerOptions {
  readonly folder: string
  /** For bundles; removed by whoever made it. */
  readonly workFolder: string
  readonly runtime: LocalRuntime
  readonly env: Readonly<Record<string, string>>
  readonly args: readonly string[]
  readonly onLog: (line: LogLine) => void
  readonly onStatus: (text: string) => void
}

export class Runner {
  readonly #options: RunnerOptions
  #pod: RunningPod | undefined
  #stopReason: string | undefined

  constructor(options: RunnerOptions) {
    this.#options = options
  }

  /** Bundles what is there now, and runs it. @returns how it ended. @throws Failure when it cannot be bundled, or is not for this machine */
  async run(): Promise<PodExit> {
    const { folder, workFolder, env } = this.#options
    this.#stopReason = undefined
    const manifest = await readManifest(folder)
    if (manifest.settings.runtimeTag === 'browser') {
      throw new Failure('failed', `${manifest.name} is a pack for browsers: deploy it, and open a page that is a node`)
    }
    const { bytes, sha256, map } = await bundlePack(manifest)
    const bundlePath = path.join(workFolder, `${sha256}.mjs`)
    await writeFile(bundlePath, bytes, { mode: 0o644 })
    const { name, version, settings } = manifest
    const exit = await this.#start({ name, bundlePath, env: { ...settings.metadata?.env, ...env } }, { map, title: `${name}@${version}` })
    this.#pod = undefined
    return exit
  }

  /** What runs, or is about to, ends. */
  stop(reason: string): void {
    this.#stopReason = reason
    this.#pod?.stop(reason, GRACE_MS)
  }

  #start(pack: Omit<LocalPack, 'args'>, { map, title }: { map: Uint8Array; title: string }): Promise<PodExit> {
    const { runtime, args, onLog, onStatus } = this.#options
    const translate = translator(map)
    return new Promise((resolve) => {
      this.#pod = runtime.start(
        { ...pack, args },
        {
          onRunning: () => onStatus(`${title} runs`),
          onReady: () => onStatus('ready'),
          onStatus,
          onProgress: (value) => onStatus(`${Math.round(value * 100)} %`),
          onLog: (line) => onLog({ ...line, text: translate(line.text) }),
          onExit: (exit) => resolve(withSources(exit, translate)),
        },
      )
      // Told while it was being bundled.
      if (this.#stopReason !== undefined) this.#pod.stop(this.#stopReason, GRACE_MS)
    })
  }
}

function translator(map: Uint8Array): (text: string) => string {
  const sources = new SourceMap(JSON.parse(Buffer.from(map).toString('utf8')) as SourceMapPayload)
  return (text) =>
    translatePlaces(text, ({ line, column }) => {
      const entry = sources.findEntry(line - 1, column - 1)
      if (!('originalSource' in entry)) return undefined
      return { source: entry.originalSource, line: entry.originalLine + 1, column: entry.originalColumn + 1 }
    })
}

function withSources(exit: PodExit, translate: (text: string) => string): PodExit {
  const { error } = exit.exit
  return error ? { ...exit, exit: { ...exit.exit, error: { ...error, stack: translate(error.stack) } } } : exit
}
