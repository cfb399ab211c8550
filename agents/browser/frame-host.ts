/** Makes and removes the pods' frames in the agent's document: sandboxed, without an origin, allowed to run scripts and nothing else. */
/** Beside the document that it is for: there are two of each, plugins/agent-files.ts says why. */
const FRAME_URL = 'agent-pod.html'
const UP_MAX_MS = 20_000

interface Opened {
  readonly port: MessagePort
  close(): void
}

export class FrameHost {
  readonly #frames = new Map<number, HTMLIFrameElement>()
  /** What the first frame has found out about workers in this browser; the others need not try again. */
  #kind = ''

  get count(): number {
    return this.#frames.size
  }

  /** @throws Error when the frame does not come up */
  open(key: number): Promise<Opened> {
    const frame = document.createElement('iframe')
    frame.setAttribute('sandbox', 'allow-scripts')
    frame.title = 'A pod'
    frame.hidden = true
    frame.src = this.#kind === '' ? FRAME_URL : `${FRAME_URL}#${this.#kind}`
    this.#frames.set(key, frame)
    return new Promise((resolve, reject) => {
      const forget = (): void => {
        clearTimeout(timer)
        removeEventListener('message', onUp)
      }
      const onUp = ({ source, data }: MessageEvent<{ readonly type: 'up'; readonly kind: string }>): void => {
        if (source === null || source !== frame.contentWindow || data.type !== 'up') return
        forget()
        this.#kind = data.kind
        const { port1, port2 } = new MessageChannel()
        // It has no origin that could be named.
        frame.contentWindow.postMessage({ type: 'port' }, '*', [port1])
        resolve({ port: port2, close: () => this.close(key) })
      }
      const timer = setTimeout(() => {
        forget()
        this.close(key)
        reject(new Error(`the frame of a pod did not come up within ${UP_MAX_MS} ms`))
      }, UP_MAX_MS)
      addEventListener('message', onUp)
      document.body.append(frame)
    })
  }

  close(key: number): void {
    this.#frames.get(key)?.remove()
    this.#frames.delete(key)
  }

  closeAll(): void {
    for (const key of this.#frames.keys()) this.close(key)
  }
}
