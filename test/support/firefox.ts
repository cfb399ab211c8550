/**
 * A Firefox with a profile of its own, where one is installed. Playwright needs a Firefox of its own making, so this speaks WebDriver
 * BiDi by itself. Source: https://w3c.github.io/webdriver-bidi/
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { WebSocket } from 'ws'
import type { NodePhase, NodeState } from '../../agents/browser/messages.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { waitFor } from './wait-for.ts'

/** FIREFOX_PATH, or Debian's. Others are packed in ways that no test can drive, so they are left alone unless named. Undefined where there is none. */
export const firefoxPath = [process.env['FIREFOX_PATH'] ?? '', '/usr/bin/firefox-esr'].find((each) => existsSync(each))

/** It talks to nobody by itself, and lets a remote driver in. */
const PREFERENCES = {
  'remote.active-protocols': 1,
  'app.update.auto': false,
  'browser.shell.checkDefaultBrowser': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'services.settings.server': 'http://127.0.0.1:1',
  'toolkit.telemetry.enabled': false,
}

interface Answer {
  readonly id?: number
  readonly type: 'success' | 'error' | 'event'
  readonly message?: string
  readonly result?: object
  readonly method?: string
  readonly params?: { readonly level?: string; readonly text?: string }
}
interface Evaluated {
  readonly type: 'success' | 'exception'
  readonly result?: { readonly value?: string }
  readonly exceptionDetails?: { readonly text: string }
}

export class Firefox {
  /** What the page's console has to say that is not just talk. */
  readonly complaints: string[] = []
  readonly #process: ChildProcess
  readonly #socket: WebSocket
  readonly #asked = new Map<number, (answer: Answer) => void>()
  #lastId = 0
  #context = ''

  private constructor(process: ChildProcess, socket: WebSocket) {
    this.#process = process
    this.#socket = socket
    socket.on('message', (data: Buffer) => {
      const answer = JSON.parse(data.toString('utf8')) as Answer
      if (answer.id !== undefined) this.#asked.get(answer.id)?.(answer)
      const { level = '', text = '' } = answer.params ?? {}
      if (answer.method === 'log.entryAdded' && ['error', 'warn'].includes(level)) this.complaints.push(text)
    })
  }

  static async launch(): Promise<Firefox> {
    if (!firefoxPath) throw new Error('no Firefox is installed')
    const profile = temporaryFolder('firefox')
    const lines = Object.entries(PREFERENCES).map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`)
    writeFileSync(path.join(profile, 'user.js'), lines.join('\n'))
    const args = ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0']
    const child = spawn(firefoxPath, args, { stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
    const [, url = ''] = await waitFor('Firefox to listen', () => /WebDriver BiDi listening on (ws:\S+)/.exec(said), { timeoutMs: 60_000 })
    const socket = new WebSocket(`${url}/session`)
    await once(socket, 'open')
    const firefox = new Firefox(child, socket)
    await firefox.#send('session.new', { capabilities: {} })
    await firefox.#send('session.subscribe', { events: ['log.entryAdded'] })
    const { contexts } = (await firefox.#send('browsingContext.getTree')) as { contexts: { context: string }[] }
    firefox.#context = contexts[0]?.context ?? ''
    return firefox
  }

  async open(url: string): Promise<void> {
    await this.#send('browsingContext.navigate', { context: this.#context, url, wait: 'complete' })
  }

  /** @param expression its value, awaited, has to be one that JSON can say */
  async evaluate(expression: string): Promise<unknown> {
    const target = { context: this.#context }
    const wrapped = `(async () => JSON.stringify(await (${expression})))()`
    const answer = (await this.#send('script.evaluate', { target, awaitPromise: true, expression: wrapped })) as Evaluated
    if (answer.type === 'exception') throw new Error(answer.exceptionDetails?.text)
    return answer.result?.value === undefined ? undefined : JSON.parse(answer.result.value)
  }

  /** Waits until the page's node stands so. */
  until(phase: NodePhase): Promise<NodeState> {
    return waitFor(
      `the tab to be ${phase}`,
      async () => {
        const state = (await this.evaluate(`document.querySelector('stark-agent').state`)) as NodeState
        if (state.phase !== phase) throw new Error(`it is ${state.phase}: ${state.detail}`)
        return state
      },
      { timeoutMs: 30_000 },
    )
  }

  async close(): Promise<void> {
    const hasEnded = this.#process.exitCode === null ? once(this.#process, 'exit') : undefined
    this.#socket.terminate()
    this.#process.kill()
    await hasEnded
  }

  #send(method: string, params: object = {}): Promise<object> {
    this.#lastId += 1
    const id = this.#lastId
    return new Promise((resolve, reject) => {
      this.#asked.set(id, ({ type, message, result = {} }) => {
        this.#asked.delete(id)
        if (type === 'error') reject(new Error(`${method}: ${message}`))
        else resolve(result)
      })
      this.#socket.send(JSON.stringify({ id, method, params }))
    })
  }
}
