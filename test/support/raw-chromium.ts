/**
 * A Chromium that nobody pretends anything to: tabs that are not in front are hidden and throttled, and can be frozen. Playwright
 * keeps all of them awake, so this speaks the DevTools protocol by itself. Source: https://chromedevtools.github.io/devtools-protocol
 */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { WebSocket } from 'ws'
import type { NodePhase, NodeState } from '../../agents/browser/messages.ts'
import { chromiumFlags, findBrowser } from './browser.mjs'
import { end, startListening, untilPhase } from './driven-browser.ts'
import { temporaryFolder } from './temporary-folder.ts'

interface Answer {
  readonly id?: number
  readonly result?: object
  readonly error?: { readonly message: string }
}

export class RawChromium {
  readonly #process: ChildProcess
  readonly #socket: WebSocket
  readonly #asked = new Map<number, (answer: Answer) => void>()
  #lastId = 0

  private constructor(process: ChildProcess, socket: WebSocket) {
    this.#process = process
    this.#socket = socket
    socket.on('message', (data: Buffer) => {
      const answer = JSON.parse(data.toString('utf8')) as Answer
      if (answer.id !== undefined) this.#asked.get(answer.id)?.(answer)
    })
  }

  static async launch({ flags = [] }: { readonly flags?: readonly string[] } = {}): Promise<RawChromium> {
    const profile = temporaryFolder('raw-chromium')
    mkdirSync(path.join(profile, 'Default'))
    const preferences = { profile: { cookie_controls_mode: 0, block_third_party_cookies: false } }
    writeFileSync(path.join(profile, 'Default/Preferences'), JSON.stringify(preferences))
    const args = [...chromiumFlags, '--headless', `--user-data-dir=${profile}`, '--remote-debugging-port=0', ...flags, 'about:blank']
    const { child, url } = await startListening((await findBrowser()) ?? 'chromium', args, /DevTools listening on (ws:\S+)/)
    const socket = new WebSocket(url)
    await once(socket, 'open')
    return new RawChromium(child, socket)
  }

  /** A tab in front of the others. */
  async open(url: string): Promise<RawTab> {
    const { targetId } = await this.send<{ targetId: string }>('Target.createTarget', { url })
    const { sessionId } = await this.send<{ sessionId: string }>('Target.attachToTarget', { targetId, flatten: true })
    return new RawTab(this, { targetId, sessionId })
  }

  async send<T = object>(method: string, params: object = {}, sessionId?: string): Promise<T> {
    const id = ++this.#lastId
    const answered = new Promise<Answer>((resolve) => this.#asked.set(id, resolve))
    this.#socket.send(JSON.stringify({ id, method, params, sessionId }))
    const { result, error } = await answered
    this.#asked.delete(id)
    if (error) throw new Error(`${method}: ${error.message}`)
    return result as T
  }

  async close(): Promise<void> {
    await end(this.#process)
    this.#socket.terminate()
  }
}

export class RawTab {
  readonly #browser: RawChromium
  readonly #targetId: string
  readonly #sessionId: string

  constructor(browser: RawChromium, { targetId, sessionId }: { targetId: string; sessionId: string }) {
    this.#browser = browser
    this.#targetId = targetId
    this.#sessionId = sessionId
  }

  async evaluate<T>(expression: string): Promise<T> {
    const params = { expression, awaitPromise: true, returnByValue: true }
    const { result } = await this.#browser.send<{ result: { value: T } }>('Runtime.evaluate', params, this.#sessionId)
    return result.value
  }

  /** How the page's node stands. */
  until(phase: NodePhase): Promise<NodeState> {
    return untilPhase(phase, () => this.evaluate(`document.querySelector('stark-agent')?.state`))
  }

  /** In front of the others, which are hidden then. */
  async show(): Promise<void> {
    await this.#browser.send('Target.activateTarget', { targetId: this.#targetId })
  }

  /** As the browser does it to a hidden tab when memory is short, or when it was not seen for long. */
  async setFrozen(isFrozen: boolean): Promise<void> {
    await this.#browser.send('Page.setWebLifecycleState', { state: isFrozen ? 'frozen' : 'active' }, this.#sessionId)
  }
}
