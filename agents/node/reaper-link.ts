/** The agent's end of its reaper: keeps one alive, and tells it which process groups are pods. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** A reaper that is killed is replaced, but not in a loop. */
const RESTART_MS = 1000

export class ReaperLink {
  readonly #entry: string
  readonly #folder: string
  readonly #groups = new Set<number>()
  #process: ChildProcess
  #restart: NodeJS.Timeout | undefined
  #isClosing = false

  constructor({ entry, folder }: { entry: string; folder: string }) {
    this.#entry = entry
    this.#folder = folder
    this.#process = this.#spawn()
  }

  add(pgid: number): void {
    this.#groups.add(pgid)
    this.#tell(`+${pgid}`)
  }

  remove(pgid: number): void {
    this.#groups.delete(pgid)
    this.#tell(`-${pgid}`)
  }

  /** Ends the reaper, which kills what was not removed and deletes the folder. */
  async close(): Promise<void> {
    this.#isClosing = true
    clearTimeout(this.#restart)
    if (this.#process.exitCode !== null || this.#process.signalCode !== null || this.#process.pid === undefined) return
    const exited = once(this.#process, 'exit')
    this.#process.stdin?.end()
    await exited
  }

  #tell(line: string): void {
    if (this.#process.stdin?.writable) this.#process.stdin.write(`${line}\n`)
  }

  #spawn(): ChildProcess {
    const child = spawn(process.execPath, [this.#entry, this.#folder], {
      env: {},
      cwd: '/',
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    // A broken pipe is an exit, and both a failed spawn and an exit end in another try.
    child.stdin.on('error', () => undefined)
    child.on('error', (error) => this.#respawn(error.message))
    child.on('exit', (code, signal) => this.#respawn(`it ended with ${signal ?? code}`))
    return child
  }

  #respawn(why: string): void {
    if (this.#isClosing) return
    // Until there is another, pods would outlive an agent that is killed.
    process.emitWarning(`the reaper of pods is gone: ${why}; another starts in ${RESTART_MS} ms`)
    clearTimeout(this.#restart)
    this.#restart = setTimeout(() => {
      this.#process = this.#spawn()
      for (const pgid of this.#groups) this.#tell(`+${pgid}`)
    }, RESTART_MS)
  }
}
