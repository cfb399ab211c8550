// @ts-check
/**
 * Finds a Chromium for the tests, or installs one, and knows the flags it needs. Plain JavaScript, because the runner needs it
 * before anything is built. The order: CHROME_PATH, the system's own, Playwright's own.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** No sandbox: tests also run as root in a container. The rest keeps Chromium from talking to anybody by itself. */
export const chromiumFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const systemPaths = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** @returns {Promise<string | undefined>} the path of a browser that exists; a CHROME_PATH that does not exist is an error, not a hint */
export async function findBrowser() {
  const chosen = process.env.CHROME_PATH
  if (chosen) {
    if (!existsSync(chosen)) throw new Error(`CHROME_PATH names ${chosen}, which does not exist`)
    return chosen
  }
  const { chromium } = await import('playwright')
  return [...systemPaths, chromium.executablePath()].find((each) => existsSync(each))
}

/**
 * @param {(line: string) => void} say told what is done, because an installation takes a minute
 * @returns {Promise<string>}
 */
export async function findOrInstallBrowser(say) {
  const found = await findBrowser()
  if (found) return found
  const commands =
    process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')
      ? ['apt-get update', 'apt-get install -y --no-install-recommends chromium']
      : ['npx playwright install chromium']
  for (const command of commands) {
    say(`no browser found: ${command}`)
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    const { status, stdout, stderr } = spawnSync(command, { shell: true, encoding: 'utf8', env })
    if (status !== 0) throw new Error(`${command} ended with ${status}:\n${stdout}${stderr}`)
  }
  const installed = await findBrowser()
  if (!installed) throw new Error('a browser was installed but is not where it should be; set CHROME_PATH to its path')
  return installed
}
