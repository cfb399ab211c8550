/** A runtime on Node.js starts a pod from a file. */
import type { PodSpec, Runtime } from '../runtime.ts'

export interface FilePodSpec extends PodSpec {
  /** A file named by its sha-256, verified by the bundle cache. */
  readonly bundlePath: string
}

export type FileRuntime = Runtime<FilePodSpec>
