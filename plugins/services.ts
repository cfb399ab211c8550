/**
 * What plugins offer each other, as types: one provides a service, others need it, and none imports another.
 */
import type { IncomingMessage, Server } from 'node:http'
import type { Incident } from './drop-ins/residents.ts'
import type { PluginRow } from './drop-ins/rows.ts'
import type {
  AuditEntry,
  Capacity,
  Labels,
  New,
  Node,
  Origin,
  Pack,
  Pod,
  Principal,
  RuntimeType,
  State,
  Taint,
  Transaction,
} from '../kernel/index.ts'

/** A stretch of a pod's log, as it is stored. */
export interface LogChunk {
  readonly podId: string
  readonly incarnation: number
  readonly firstSeq: number
  readonly lastSeq: number
  readonly bytes: number
  readonly lines: readonly LogLine[]
}
export interface LogLine {
  readonly seq: number
  /** RFC 3339 */
  readonly at: string
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly text: string
  readonly incarnation: number
  /** What it says beside its text, for programs. */
  readonly fields?: Readonly<Record<string, unknown>>
}

/** Bundles by their sha-256, and their source maps. */
export interface Bundles {
  readonly put: (sha256: string, bytes: Buffer) => Promise<void>
  readonly get: (sha256: string) => Promise<Buffer | undefined>
  readonly delete: (sha256: string) => Promise<void>
}

/** The lines that a pack's author wrote. */
export interface SourceMaps {
  /** The text with places in the pack's bundle named by their sources, where its source map is known. */
  readonly translate: (packId: string, text: string) => Promise<string>
  /** With the pack, when it is deleted. */
  readonly forget: (packId: string) => Promise<void>
}

export interface LogStore {
  readonly append: (chunks: readonly LogChunk[]) => Promise<void>
  /** Oldest first. */
  readonly read: (podId: string) => Promise<LogChunk[]>
  /** Forgets the chunks that end before `beforeSeq`. */
  readonly trim: (podId: string, beforeSeq: number) => Promise<void>
  readonly delete: (podIds: readonly string[]) => Promise<void>
}

export interface SignedIn {
  readonly userId: string
  readonly sessionId: string
  readonly email: string
  readonly accessToken: string
  readonly refreshToken: string
  /** RFC 3339 */
  readonly expiresAt: string
}

/** Who people are: Supabase Auth. */
export interface Identities {
  /** @throws KernelError ALREADY_EXISTS, WEAK_PASSWORD, INVALID, STORE_UNAVAILABLE */
  readonly signUp: (email: string, password: string) => Promise<SignedIn>
  /** @throws KernelError INVALID_CREDENTIALS, STORE_UNAVAILABLE */
  readonly signIn: (email: string, password: string) => Promise<SignedIn>
  /** @throws KernelError UNAUTHENTICATED, STORE_UNAVAILABLE */
  readonly refresh: (refreshToken: string) => Promise<SignedIn>
  /**
   * Whose refresh token it is has a new password from now on.
   * @returns the next refresh token of the same session
   * @throws KernelError UNAUTHENTICATED, WEAK_PASSWORD, INVALID, STORE_UNAVAILABLE
   */
  readonly changePassword: (refreshToken: string, password: string) => Promise<string>
  /** Without a round trip. @throws KernelError UNAUTHENTICATED, TOKEN_EXPIRED */
  readonly verify: (accessToken: string) => Promise<{ readonly userId: string; readonly sessionId: string }>
}

/** Credentials of machines. Both are called inside a commit, so that what they do is durable with it or not at all. */
export interface Credentials {
  /** Uses a join token once. @throws KernelError FORBIDDEN when it is used up or no join token */
  readonly consumeJoin: (transaction: Transaction, tokenId: string) => JoinTerms
  /** A new credential for a node; older ones of it end. @returns the secret, to be shown once */
  readonly issueForNode: (transaction: Transaction, nodeId: string) => string
}
/** What a join token imposes on the node that joins with it. */
export interface JoinTerms {
  readonly labels: Labels
  readonly taints: readonly Taint[]
  readonly runtimeType: RuntimeType | null
}

/** From the input of pods.create to the pod as it arrives at `admit`. */
export interface PodDrafts {
  /** @param suffix makes a name for a pod that was given none. @throws KernelError NOT_FOUND, BUNDLE_MISSING */
  readonly of: (input: object, context: { readonly state: State; readonly who: Principal; readonly suffix: string }) => New<Pod>
}

/** Seals what has to be stored and must be of no use to whoever reads the store. */
export interface Seals {
  /** @param about what it is sealed for: nobody can put it in another's place */
  readonly seal: (text: string, about: string) => string
  /** @throws KernelError SECRET_UNREADABLE */
  readonly unseal: (sealed: string, about: string) => string
  /** Called while keys are changed: whatever was sealed before has to be sealed anew, because the old key goes. */
  readonly onRotate: (sealAnew: () => Promise<void>) => void
}

/** Pods on behalf of whatever made them. */
export interface PodEnds {
  /** Stops a pod and removes it once it has ended, inside a commit. */
  readonly remove: (transaction: Transaction, pod: Pod, why: { readonly reason: string; readonly message: string }) => void
  /** Asks a pod to leave its node, inside a commit: it ends as evicted, and its record stays. */
  readonly evict: (transaction: Transaction, pod: Pod, why: { readonly reason: string; readonly message: string }) => void
}

/** Versions of packs on behalf of whatever collects them. */
export interface PackEnds {
  /** Deletes one whole. @throws KernelError IN_USE */
  readonly remove: (origin: Origin, pack: Pack) => Promise<void>
}

/** Where packs can run. */
export interface Runtimes {
  /** Why a node cannot run a pack, going on from its name; undefined when it can. */
  readonly refusal: (pack: Pack, node: Node) => string | undefined
}

/** Who was let in where. */
export interface Access {
  readonly mayCreateIn: (origin: Origin, namespace: string) => boolean
}

/** The audit as it is stored. */
export interface AuditStore {
  /** The newest first. @throws KernelError STORE_UNAVAILABLE */
  readonly read: (query: AuditQuery) => Promise<AuditEntry[]>
}
export interface AuditQuery {
  readonly limit: number
  readonly before?: { readonly at: string; readonly id: string }
  readonly actorId?: string
  readonly operation?: string
  readonly result?: string
  readonly since?: string
  readonly until?: string
}

/** When nodes were last heard of; kept in memory, because heartbeats are not commits. */
export interface Heartbeats {
  /** epoch ms of the last sign of life since this control plane began to lead; undefined when there was none */
  readonly last: (nodeId: string) => number | undefined
  /** Whether the node said that it sleeps, and has not come back. */
  readonly isSuspended: (nodeId: string) => boolean
  /** epoch ms at which the node said goodbye; undefined when it has not, or has come back */
  readonly goodbye: (nodeId: string) => number | undefined
  /** What the node's pods really use, as it reported. */
  readonly used: (nodeId: string) => Pick<Capacity, 'cpu' | 'memory'> | undefined
}

/** The store's health. */
export interface StoreHealth {
  /** Why a write cannot be accepted now, or undefined. */
  readonly away: () => string | undefined
}

/** Where the HTTP server is, for what shares its port. */
export interface Web {
  readonly server: Server
  /** Whether it speaks TLS. */
  readonly isSecure: boolean
  /** The address that a request came from, past the proxies that are trusted. */
  readonly remoteOf: (request: IncomingMessage) => string
  /**
   * Answers GET of a path outside /api, without a credential. With a star for its last part, `/pods/*`, everything below that path;
   * a mere star is what people, who take HTML, are answered with a 404 where nothing is.
   */
  readonly serve: (path: string, answer: () => Page) => void
}
export interface Page {
  readonly contentType: string
  readonly body: string | Uint8Array
  readonly etag?: string
  /** Beside those that every answer has. */
  readonly headers?: Readonly<Record<string, string>>
}

/** What a plugin shows in the console: a custom element, which one ES module defines. */
export interface Panel {
  readonly element: string
  readonly title: string
  /** Whose pages it is on; it gets the object as its property `record`, and `cluster`, of which it may `ask`. */
  readonly on: readonly ('nodes' | 'pods')[]
  /** Its class has a static `colouring` for the map: console/web/panels/colouring.ts. */
  readonly isColouring?: boolean
  /** The module's text. It runs in the console with all that whoever is signed in may do. */
  readonly source: string
}
export interface Panels {
  /** @returns what takes it out again. @throws Error when the element's name is taken or none */
  readonly add: (panel: Panel) => () => void
}

/** The WebSockets that are open. */
export interface Connections {
  readonly open: () => number
  readonly watches: () => number
}

/** Plugins from outside: as they stand, and what becomes of them. */
export interface DropIns {
  readonly list: () => readonly PluginRow[]
  readonly onIncident: (listener: (incident: Incident) => void) => void
}

declare module '../kernel/plugin.ts' {
  interface Services {
    bundles: Bundles
    sourceMaps: SourceMaps
    logStore: LogStore
    identities: Identities
    credentials: Credentials
    podDrafts: PodDrafts
    podEnds: PodEnds
    packEnds: PackEnds
    runtimes: Runtimes
    access: Access
    seals: Seals
    auditStore: AuditStore
    heartbeats: Heartbeats
    storeHealth: StoreHealth
    web: Web
    panels: Panels
    connections: Connections
    dropIns: DropIns
  }
}
