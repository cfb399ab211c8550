/**
 * A browser as a test drives it, one tab of it: to a page, into what the page knows, and until the page's node stands as it should. How it
 * is reached is each browser's own: firefox.ts, webkit.ts.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { NodePhase, NodeState } from '../../agents/browser/messages.ts'
import { waitFor } from './wait-for.ts'

const START_MAX_MS = 60_000
/** On a machine that does other things too. */
const STATE_MAX_MS = 60_000

export abstract class DrivenBrowser {
  abstract open(url: string): Promise<void>
  /** @param script gives JSON text, or nothing */
  protected abstract run(script: string): Promise<string | undefined>
  abstract close(): Promise<void>

  /** @param expression its value, awaited, has to be one that JSON can say */
  async evaluate<T>(expression: string): Promise<T> {
    const text = await this.run(`(async () => JSON.stringify(await (${expression})))()`)
    return (text === undefined ? undefined : JSON.parse(text)) as T
  }

  /** Waits until the page's node stands so. */
  until(phase: NodePhase): Promise<NodeState> {
    return untilPhase(phase, () => this.evaluate(`document.querySelector('stark-agent')?.state`))
  }
}

/** @param look how the page's node stands, where there is one */
export function untilPhase(phase: NodePhase, look: () => Promise<NodeState | undefined>): Promise<NodeState> {
  const probe = async (): Promise<NodeState> => {
    const state = await look()
    if (state?.phase !== phase) throw new Error(`it is ${state?.phase}: ${state?.detail}`)
    return state
  }
  return waitFor(`the tab to be ${phase}`, probe, { timeoutMs: STATE_MAX_MS })
}

/** Starts a program that says on its stderr where it listens. @param said with the address in brackets */
export async function startListening(
  command: string,
  args: readonly string[],
  said: RegExp,
): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let text = ''
  child.stderr.setEncoding('utf8').on('data', (part: string) => (text += part))
  const [, url = ''] = await waitFor(`${command} to listen`, () => said.exec(text), { timeoutMs: START_MAX_MS })
  return { child, url }
}

/** @returns when it has ended, also where it had before */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill()
  await ended
}
