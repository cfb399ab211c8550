/**
 * <stark-agent server token name cpu memory max-pods labels hidden></stark-agent>
 * Turns the page that it is in into a node: served as /agent.js, for any page of any origin. All it does is to embed a frame from
 * the orchestrator's origin, show how that stands, and say so in events; the agent and its pods are out of the page's reach, and
 * the page out of theirs. The page's content security policy needs `script-src ORCH; frame-src ORCH` and nothing else.
 *
 * Fires stark-state { ...NodeState }, stark-connected { id, name }, stark-disconnected { phase, detail } and
 * stark-pod { id, name, namespace, status }; reflects the phase in the attribute `state`.
 */
import { ATTRIBUTES, configOf } from './attributes.ts'
import { Face } from './face.ts'
import { UNKNOWN_STATE, type FromFrame, type NodeState, type ToFrame } from './messages.ts'

const HELLO_MAX_MS = 15_000
/** Asked by name, because nothing else tells before a frame and a worker were tried: all of its browsers have this vendor, and no other has. */
const IS_WEBKIT = navigator.vendor.startsWith('Apple')

/** Where this file came from: the orchestrator, unless the element says another. */
const SCRIPT_ORIGIN = new URL(import.meta.url).origin

export class StarkAgent extends HTMLElement {
  static readonly observedAttributes: readonly string[] = ATTRIBUTES
  readonly #root = this.attachShadow({ mode: 'open' })
  readonly #face = new Face(this.#root, {
    onPause: (isPaused) => this.#say({ type: 'pause', isPaused }),
    onToken: (token) => this.setAttribute('token', token),
  })
  #frame: HTMLIFrameElement | undefined
  #origin = SCRIPT_ORIGIN
  #state: NodeState = UNKNOWN_STATE
  #isRestarting = false
  #cancelHello: () => void = () => undefined
  readonly #onMessage = (event: MessageEvent<FromFrame>): void => this.#hear(event)
  readonly #onViolation = (event: SecurityPolicyViolationEvent): void => this.#refuse(event)

  get state(): NodeState {
    return this.#state
  }

  /** Gives the node a rest: its pods leave, and no new ones come. */
  pause(): void {
    this.#say({ type: 'pause', isPaused: true })
  }

  resume(): void {
    this.#say({ type: 'pause', isPaused: false })
  }

  connectedCallback(): void {
    addEventListener('message', this.#onMessage)
    document.addEventListener('securitypolicyviolation', this.#onViolation)
    this.#start()
  }

  disconnectedCallback(): void {
    removeEventListener('message', this.#onMessage)
    document.removeEventListener('securitypolicyviolation', this.#onViolation)
    this.#stop()
  }

  /** Whoever is told something else is another agent; several attributes that change at once are one change. */
  attributeChangedCallback(_name: string, before: string | null, after: string | null): void {
    if (!this.#frame || before === after || this.#isRestarting) return
    this.#isRestarting = true
    queueMicrotask(() => {
      this.#isRestarting = false
      if (!this.isConnected) return
      this.#stop()
      this.#start()
    })
  }

  #start(): void {
    const server = this.getAttribute('server') ?? SCRIPT_ORIGIN
    let url: URL
    try {
      url = new URL(IS_WEBKIT ? '/open/agent.html' : '/agent.html', new URL(server, document.baseURI))
    } catch {
      return this.#cannot(`server="${server}" is no address`)
    }
    if (IS_WEBKIT && globalThis.crossOriginIsolated)
      return this.#cannot(`WebKit runs no pods in a page that is isolated from other origins`)
    this.#origin = url.origin
    this.#show(UNKNOWN_STATE)
    const frame = document.createElement('iframe')
    frame.title = 'Stark agent'
    frame.tabIndex = -1
    frame.setAttribute('aria-hidden', 'true')
    frame.src = url.href
    this.#frame = frame
    const timer = setTimeout(() => this.#missHello(), HELLO_MAX_MS)
    this.#cancelHello = () => clearTimeout(timer)
    this.#root.append(frame)
  }

  #stop(): void {
    this.#cancelHello()
    this.#frame?.remove()
    this.#frame = undefined
  }

  #say(message: ToFrame): void {
    this.#frame?.contentWindow?.postMessage(message, this.#origin)
  }

  #hear({ source, origin, data }: MessageEvent<FromFrame>): void {
    if (!this.#frame || source !== this.#frame.contentWindow || origin !== this.#origin) return
    if (data.type === 'state') return this.#show(data.state)
    this.#cancelHello()
    const { config, complaints } = configOf(this)
    // The page's author reads the console; the people who look at the page could do nothing about it.
    // oxlint-disable-next-line no-console
    for (const complaint of complaints) console.warn(`<stark-agent>: ${complaint}`)
    this.#say({ type: 'start', config })
  }

  #missHello(): void {
    this.#cannot(
      `${this.#origin} does not answer: either it cannot be reached, or this page's content security policy lacks frame-src ${this.#origin}`,
    )
  }

  #refuse({ blockedURI, effectiveDirective }: SecurityPolicyViolationEvent): void {
    const isOurs = blockedURI === this.#origin || blockedURI.startsWith(`${this.#origin}/`)
    if (!this.#frame || !isOurs || !['frame-src', 'child-src'].includes(effectiveDirective)) return
    this.#cancelHello()
    this.#cannot(`this page's content security policy does not let it be a node: it needs frame-src ${this.#origin}`)
  }

  #cannot(detail: string): void {
    this.#show({ ...UNKNOWN_STATE, phase: 'unsupported', detail })
  }

  #show(state: NodeState): void {
    const before = this.#state
    this.#state = state
    this.setAttribute('state', state.phase)
    this.#face.show(state)
    this.#fire('stark-state', state)
    const { id, name, phase, detail } = state
    if (phase === 'online' && before.phase !== 'online') this.#fire('stark-connected', { id, name })
    if (phase !== 'online' && before.phase === 'online') this.#fire('stark-disconnected', { phase, detail })
    const known = new Map(before.pods.map((pod) => [pod.id, pod.status]))
    for (const pod of state.pods) if (known.get(pod.id) !== pod.status) this.#fire('stark-pod', pod)
  }

  #fire(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }))
  }
}

// A page may load the file twice.
if (!customElements.get('stark-agent')) customElements.define('stark-agent', StarkAgent)
