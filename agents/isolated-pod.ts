/** What is the same of a pod in an isolate of any kind: it has a host that hears it and a life that ends once, and is stopped and spoken to. */
import type { PodMessage } from './pack.ts'
import { hostPod, identityOf, type PodHost } from './pod-host.ts'
import { PodLifecycle } from './pod-lifecycle.ts'
import type { ToPod } from './pod-messages.ts'
import type { PodServices } from './pod-services.ts'
import type { PodEvents, PodSpec, RunningPod, Usage } from './runtime.ts'

export interface IsolatedPodOptions {
  readonly spec: PodSpec
  readonly events: PodEvents
  readonly services: PodServices
}

export abstract class IsolatedPod implements RunningPod {
  readonly podId: string
  readonly incarnation: number
  protected readonly host: PodHost
  protected readonly lifecycle: PodLifecycle

  /** Calls none of its own methods: what a kind of isolate has is not there yet. */
  constructor({ spec, events, services }: IsolatedPodOptions) {
    this.podId = spec.podId
    this.incarnation = spec.incarnation
    this.lifecycle = new PodLifecycle({ spec, events, destroy: () => this.destroy() })
    const post = (message: ToPod): void => this.post(message)
    this.host = hostPod({ post, pod: identityOf(spec), services, events }, () => this.onLastWord())
  }

  abstract usage(): Promise<Usage | undefined>
  protected abstract post(message: ToPod): void
  /** Makes the isolate end, without asking it. */
  protected abstract destroy(): void

  /** What is left of the isolate ends by itself, or soon. */
  protected onLastWord(): void {
    this.lifecycle.linger()
  }

  stop(reason: string, graceMs: number): void {
    this.lifecycle.stop({ reason, graceMs, post: (message) => this.post(message) })
  }

  message(message: PodMessage): void {
    this.host.message(message)
  }

  request(message: PodMessage): Promise<unknown> {
    return this.host.request(message)
  }

  kill(): void {
    this.lifecycle.kill('order')
  }
}
