/**
 * What crosses the windows and threads of a browser node. The page has the element; the element has a frame from the
 * orchestrator's origin (agent.html); that frame has the agent's worker, and one sandboxed frame for each pod (agent-pod.html).
 * Everybody checks where a message comes from; a pod's own port is pod-messages.ts.
 */
import type { PodNote } from '../agent.ts'
import type { Boot } from '../pod-messages.ts'

/** What the element's attributes say. */
export interface NodeConfig {
  /** A join token; not needed by a node that has joined before. */
  readonly token: string | undefined
  readonly name: string | undefined
  /** millicores */
  readonly cpu: number | undefined
  /** MB of 10^6 bytes */
  readonly memory: number | undefined
  readonly maxPods: number | undefined
  readonly labels: Readonly<Record<string, string>>
}

export type NodePhase =
  /** Nothing is known yet. */
  | 'starting'
  /** Another tab of this site is the node; this one takes over when that one goes. */
  | 'standby'
  /** The server is not there, or not yet. */
  | 'connecting'
  | 'online'
  /** Nobody gave a join token, and the node has not joined before. */
  | 'needs-token'
  /** The control plane does not want this node. */
  | 'refused'
  /** The page or the browser lacks something; the detail says what. */
  | 'unsupported'

export interface NodeState {
  readonly phase: NodePhase
  /** A sentence for people; empty when there is nothing to add. */
  readonly detail: string
  readonly id: string | undefined
  readonly name: string | undefined
  readonly isPaused: boolean
  readonly pods: readonly PodNote[]
}

export const UNKNOWN_STATE: NodeState = { phase: 'starting', detail: '', id: undefined, name: undefined, isPaused: false, pods: [] }

/** From the page's element to the agent's frame. */
export type ToFrame = { readonly type: 'start'; readonly config: NodeConfig } | { readonly type: 'pause'; readonly isPaused: boolean }

/** From the agent's frame to the page's element. */
export type FromFrame = { readonly type: 'hello' } | { readonly type: 'state'; readonly state: NodeState }

/** Who this node is, as the frame keeps it. */
export interface Identity {
  readonly id: string
  /** The node's own credential; undefined until it has joined. */
  readonly token: string | undefined
}

/** From the agent's frame to its worker. */
export type ToWorker =
  | { readonly type: 'start'; readonly config: NodeConfig; readonly identity: Identity }
  | { readonly type: 'pause'; readonly isPaused: boolean }
  | { readonly type: 'suspend' }
  | { readonly type: 'resume' }
  /** With a port to the pod's frame. */
  | { readonly type: 'frame-open'; readonly key: number }
  | { readonly type: 'frame-failed'; readonly key: number; readonly message: string }

/** From the agent's worker to its frame. */
export type FromWorker =
  | { readonly type: 'state'; readonly state: NodeState; readonly incarnation: number | undefined }
  | { readonly type: 'identity'; readonly identity: Identity }
  | { readonly type: 'open-frame'; readonly key: number }
  | { readonly type: 'close-frame'; readonly key: number }

/** From the agent to a pod's frame, over the frame's own port. */
export type ToPodFrame =
  /** With the pod's port and its bundle's bytes. */
  | { readonly type: 'run'; readonly boot: Boot; readonly bytes: ArrayBuffer; readonly port: MessagePort }
  | { readonly type: 'ping' }
  | { readonly type: 'kill' }

/** From a pod's frame to the agent, over the frame's own port. */
export type FromPodFrame = { readonly type: 'pong' } | { readonly type: 'broken'; readonly message: string }

/** What a pod's worker is given by its frame, once. */
export interface PodStart {
  readonly boot: Boot
  readonly bytes: ArrayBuffer
  readonly port: MessagePort
}
