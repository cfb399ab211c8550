/** This tab as the node, from having the lock to losing it: its identity, its worker, and the frames that are made for that. */
import { FrameHost } from './frame-host.ts'
import type { Claim } from './identity.ts'
import { UNKNOWN_STATE, type FromWorker, type Identity, type NodeConfig, type NodeState, type ToWorker } from './messages.ts'
import { newId } from './new-id.ts'

const WORKER_URL = '/agent-worker.js'
/** A server that has not taken a word by then is not there to take it late. */
const WORD_MAX_MS = 10_000

export class Tenure {
  #claim: Claim
  readonly #worker = new Worker(WORKER_URL)
  readonly #frames = new FrameHost()
  readonly #onState: (state: NodeState) => void
  #identity: Identity
  #incarnation: number | undefined
  #state = UNKNOWN_STATE
  /** What was said last of going, until the server has it or never will. */
  #word = { settled: Promise.resolve<unknown>(undefined), giveUp: (): void => undefined }

  constructor(claim: Claim, { config, onState }: { config: NodeConfig; onState: (state: NodeState) => void }) {
    this.#claim = claim
    this.#onState = onState
    this.#identity = claim.read() ?? { id: newId(), token: undefined }
    // Before it joins: a registration whose answer is lost is repeated under the same id.
    claim.write(this.#identity)
    this.#worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => this.#hear(data))
    this.#worker.addEventListener('error', ({ message }) =>
      this.#tell({ ...this.#state, phase: 'unsupported', detail: `the agent could not be started: ${message}` }),
    )
    this.say({ type: 'start', config, identity: this.#identity })
  }

  say(message: ToWorker, transfer: Transferable[] = []): void {
    this.#worker.postMessage(message, transfer)
  }

  /** Says how this tab goes, by a request that outlives it. */
  leave(how: 'goodbye' | 'suspend'): void {
    const { id, token } = this.#identity
    if (token === undefined || this.#incarnation === undefined) return
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const body = JSON.stringify({ incarnation: this.#incarnation })
    const sending = new AbortController()
    const request: RequestInit = { method: 'POST', keepalive: true, headers, body, signal: sending.signal }
    // Nobody is there to hear that it failed; silence will tell the server.
    const settled = fetch(`/api/nodes/${id}/${how}`, request).catch(() => undefined)
    this.#word = { settled, giveUp: () => sending.abort() }
  }

  /** A word of sleep that came after that of waking up would be believed. */
  async hasLeft(): Promise<void> {
    const { settled, giveUp } = this.#word
    const timer = setTimeout(giveUp, WORD_MAX_MS)
    await settled
    clearTimeout(timer)
  }

  /** Another tab may be the node from here on. */
  release(): void {
    this.#claim.release()
  }

  /** The lock is back, and nobody was the node meanwhile but, at most, somebody who has gone. */
  takeUp(claim: Claim): void {
    this.#claim = claim
    this.say({ type: 'resume' })
  }

  end(): void {
    this.#worker.terminate()
    this.#frames.closeAll()
  }

  #hear(message: FromWorker): void {
    if (message.type === 'open-frame') void this.#open(message.key)
    else if (message.type === 'close-frame') this.#frames.close(message.key)
    else if (message.type === 'identity') {
      this.#identity = message.identity
      this.#claim.write(message.identity)
    } else {
      this.#incarnation = message.incarnation
      this.#tell(message.state)
    }
  }

  #tell(state: NodeState): void {
    this.#state = state
    const detail =
      state.detail === '' && !this.#claim.isKept ? 'this browser keeps nothing for embedded pages: a new node at each load' : state.detail
    this.#onState({ ...state, detail })
  }

  async #open(key: number): Promise<void> {
    try {
      const { port } = await this.#frames.open(key)
      this.say({ type: 'frame-open', key }, [port])
    } catch (error) {
      this.say({ type: 'frame-failed', key, message: error instanceof Error ? error.message : String(error) })
    }
  }
}
