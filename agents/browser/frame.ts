/**
 * The agent's frame (agent.html), which the page's element embeds from the orchestrator's origin: the page can neither see into
 * it nor be seen from it. Decides which tab is the node, keeps who it is, has the agent's worker and the pods' frames, and tells
 * the control plane when the tab is closed or put to sleep.
 */
import { missingFeatures } from './features.ts'
import { FrameHost } from './frame-host.ts'
import { claimNode, type Claim } from './identity.ts'
import {
  UNKNOWN_STATE,
  type FromFrame,
  type FromWorker,
  type Identity,
  type NodeConfig,
  type NodeState,
  type ToFrame,
  type ToWorker,
} from './messages.ts'
import { newId } from './new-id.ts'

const WORKER_URL = '/agent-worker.js'

/** This tab as the node: from having the lock to losing it. */
class Tenure {
  #claim: Claim
  readonly #worker = new Worker(WORKER_URL)
  readonly #frames = new FrameHost()
  readonly #onState: (state: NodeState) => void
  #identity: Identity
  #incarnation: number | undefined
  #state = UNKNOWN_STATE

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
    // Nobody is there to hear that it failed; silence will tell the server.
    fetch(`/api/nodes/${id}/${how}`, { method: 'POST', keepalive: true, headers, body }).catch(() => undefined)
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

/** The tab over its life: waiting, being the node, asleep, and being the node again. */
class Tab {
  readonly #config: NodeConfig
  #tenure: Tenure | undefined
  #isAsleep = false
  /** Ends the waiting for the lock, while there is any. */
  #claiming: AbortController | undefined

  constructor(config: NodeConfig) {
    this.#config = config
    void this.#claim()
    addEventListener('pagehide', ({ persisted }) => (persisted ? this.#sleep() : this.#tenure?.leave('goodbye')))
    addEventListener('pageshow', ({ persisted }) => persisted && this.#wake())
    document.addEventListener('freeze', () => this.#sleep())
    document.addEventListener('resume', () => this.#wake())
  }

  setPaused(isPaused: boolean): void {
    this.#tenure?.say({ type: 'pause', isPaused })
  }

  async #claim(): Promise<void> {
    if (this.#claiming) return
    const claiming = new AbortController()
    this.#claiming = claiming
    try {
      const claim = await claimNode({ onWait: () => this.#stepDown(), signal: claiming.signal })
      if (claiming.signal.aborted) claim.release()
      else if (this.#tenure) this.#tenure.takeUp(claim)
      else this.#tenure = new Tenure(claim, { config: this.#config, onState: tellState })
    } catch (error) {
      if (claiming.signal.aborted) return
      tellState({ ...UNKNOWN_STATE, phase: 'unsupported', detail: `this browser does not say which tab is the node: ${String(error)}` })
    } finally {
      if (this.#claiming === claiming) this.#claiming = undefined
    }
  }

  #stepDown(): void {
    this.#tenure?.end()
    this.#tenure = undefined
    tellState({ ...UNKNOWN_STATE, phase: 'standby', detail: 'another tab of this site is the node' })
  }

  /** A tab that sleeps runs nothing, and must not keep others from being the node, neither with the lock nor in line for it. */
  #sleep(): void {
    if (this.#isAsleep) return
    this.#isAsleep = true
    this.#claiming?.abort()
    this.#claiming = undefined
    this.#tenure?.leave('suspend')
    this.#tenure?.say({ type: 'suspend' })
    this.#tenure?.release()
  }

  #wake(): void {
    if (!this.#isAsleep) return
    this.#isAsleep = false
    void this.#claim()
  }
}

const tellPage = (message: FromFrame): void => parent.postMessage(message, '*')
const tellState = (state: NodeState): void => tellPage({ type: 'state', state })

function listen(): void {
  let tab: Tab | undefined
  addEventListener('message', ({ source, data }: MessageEvent<ToFrame>) => {
    if (source !== parent) return
    if (data.type === 'pause') tab?.setPaused(data.isPaused)
    else if (data.type === 'start' && !tab) {
      const detail = missingFeatures()
      if (detail === undefined) tab = new Tab(data.config)
      else tellState({ ...UNKNOWN_STATE, phase: 'unsupported', detail })
    }
  })
  tellPage({ type: 'hello' })
}

// Opened by itself it has nobody to be a node for.
if (parent !== window) listen()
