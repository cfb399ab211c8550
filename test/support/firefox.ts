/** A Firefox without a window, driven by WebDriver BiDi over its own port. Source: https://www.w3.org/TR/webdriver-bidi/ */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { WebSocket } from 'ws'
import { DrivenBrowser, end, startListening } from './driven-browser.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** FIREFOX_PATH, or Debian's. Others are packed in ways that no test can drive, so they are left alone unless named. Undefined where there is none. */
const firefoxPath = [process.env['FIREFOX_PATH'] ?? '', '/usr/bin/firefox-esr'].find((each) => existsSync(each))

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
}
interface Evaluated {
  readonly type: 'success' | 'exception'
  readonly result?: { readonly value?: string }
  readonly exceptionDetails?: { readonly text: string }
}

export class Firefox extends DrivenBrowser {
  static readonly isInstalled = firefoxPath !== undefined
  readonly #process: ChildProcess
  readonly #socket: WebSocket
  readonly #asked = new Map<number, (answer: Answer) => void>()
  #lastId = 0
  #context = ''

  private constructor(process: ChildProcess, socket: WebSocket) {
    super()
    this.#process = process
    this.#socket = socket
    socket.on('message', (data: Buffer) => {
      const answer = JSON.parse(data.toString('utf8')) as Answer
      if (answer.id !== undefined) this.#asked.get(answer.id)?.(answer)
    })
  }

  static async launch(): Promise<Firefox> {
    if (!firefoxPath) throw new Error('no Firefox is installed')
    const profile = temporaryFolder('firefox')
    const lines = Object.entries(PREFERENCES).map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`)
    writeFileSync(path.join(profile, 'user.js'), lines.join('\n'))
    const args = ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0']
    const { child, url } = await startListening(firefoxPath, args, /WebDriver BiDi listening on (ws:\S+)/)
    const socket = new WebSocket(`${url}/session`)
    await once(socket, 'open')
    const firefox = new Firefox(child, socket)
    await firefox.#send('session.new', { capabilities: {} })
    const { contexts } = (await firefox.#send('browsingContext.getTree')) as { contexts: { context: string }[] }
    firefox.#context = contexts[0]?.context ?? ''
    return firefox
  }

  async open(url: string): Promise<void> {
    await this.#send('browsingContext.navigate', { context: this.#context, url, wait: 'complete' })
  }

  protected async run(script: string): Promise<string | undefined> {
    const target = { context: this.#context }
    const answer = (await this.#send('script.evaluate', { target, awaitPromise: true, expression: script })) as Evaluated
    if (answer.type === 'exception') throw new Error(answer.exceptionDetails?.text)
    return answer.result?.value
  }

  async close(): Promise<void> {
    this.#socket.terminate()
    await end(this.#process)
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
