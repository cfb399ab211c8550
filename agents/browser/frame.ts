/**
 * The agent's frame (agent.html), which the page's element embeds from the orchestrator's origin: the page can neither see into
 * it nor be seen from it. Decides which tab is the node, keeps who it is, has the agent's worker and the pods' frames, and tells
 * the control plane when the tab is closed or put to sleep.
 */
import { missingFeatures } from './features.ts'
import { claimNode } from './identity.ts'
import { UNKNOWN_STATE, type FromFrame, type NodeConfig, type NodeState, type ToFrame } from './messages.ts'
import { Tenure } from './tenure.ts'

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
      await this.#tenure?.hasLeft()
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
