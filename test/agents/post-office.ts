/** Stands for the control plane between pods of a test: takes messages by the pods' names and ids, and hands them over at once. */
import { PodCallError, type Mail } from '../../agents/pod-services.ts'
import type { RunningPod } from '../../agents/runtime.ts'

class PostOffice implements Mail {
  readonly #pods = new Map<string, RunningPod>()

  add(pod: RunningPod, name: string): void {
    this.#pods.set(pod.podId, pod).set(name, pod)
  }

  async send(from: string, to: string, data: unknown): Promise<void> {
    this.#find(to).message({ from, data })
  }

  async request(from: string, to: string, data: unknown): Promise<unknown> {
    return this.#find(to).request({ from, data })
  }

  #find(to: string): RunningPod {
    const pod = this.#pods.get(to)
    if (!pod) throw new PodCallError('NOT_FOUND', `there is no pod "${to}" in default`)
    return pod
  }
}

/** Between all pods of a test file. */
export const office = new PostOffice()
