/**
 * WebKitGTK in a window on a screen that nobody sees, driven by WebDriver: the engine of Safari, as near to it as Linux comes.
 * Source: https://www.w3.org/TR/webdriver2/
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import type { Readable } from 'node:stream'
import { DrivenBrowser, end } from './driven-browser.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { waitFor } from './wait-for.ts'

const DRIVER = '/usr/bin/WebKitWebDriver'
const SCREEN = '/usr/bin/Xvfb'
const START_MAX_MS = 60_000

interface Refusal {
  readonly error: string
  readonly message: string
}

export class WebKit extends DrivenBrowser {
  static readonly isInstalled = existsSync(DRIVER) && existsSync(SCREEN)
  readonly #processes: readonly ChildProcess[]
  /** Where the driver has this session. */
  #url: string

  private constructor(url: string, processes: readonly ChildProcess[]) {
    super()
    this.#url = url
    this.#processes = processes
  }

  static async launch(): Promise<WebKit> {
    const screen = spawn(SCREEN, ['-displayfd', '3', '-nolisten', 'tcp'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] })
    const [display] = (await once(screen.stdio[3] as Readable, 'data')) as [Buffer]
    const home = temporaryFolder('webkit')
    const port = await freePort()
    const driver = spawn(DRIVER, [`--port=${port}`], {
      stdio: 'ignore',
      env: { ...process.env, HOME: home, XDG_CACHE_HOME: home, XDG_RUNTIME_DIR: home, DISPLAY: `:${display.toString('utf8').trim()}` },
    })
    const webkit = new WebKit(`http://127.0.0.1:${port}`, [driver, screen])
    await waitFor('the driver to listen', () => webkit.#send('GET', '/status'), { timeoutMs: START_MAX_MS })
    const { sessionId } = await webkit.#send<{ sessionId: string }>('POST', '/session', { capabilities: {} })
    webkit.#url += `/session/${sessionId}`
    return webkit
  }

  async open(url: string): Promise<void> {
    await this.#send('POST', '/url', { url })
  }

  protected async run(script: string): Promise<string | undefined> {
    return (await this.#send<string | null>('POST', '/execute/sync', { script: `return ${script}`, args: [] })) ?? undefined
  }

  async close(): Promise<void> {
    // Ends the browser, which the end of its driver does not.
    await this.#send('DELETE', '')
    for (const each of this.#processes) await end(each)
  }

  async #send<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await fetch(`${this.#url}${path}`, { method, ...(body ? { body: JSON.stringify(body) } : {}) })
    const { value } = (await response.json()) as { value: T & Refusal }
    if (!response.ok) throw new Error(`${path}: ${value.error}: ${value.message}`)
    return value
  }
}

/** The driver does not say which one it has taken when it may choose. */
async function freePort(): Promise<number> {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
