/**
 * Who this node is, kept in the storage of the orchestrator's origin, which browsers keep apart for each site that embeds it: one
 * node for each profile and site. A Web Lock says which of the tabs is it; when that one goes, the next in line has the lock.
 */
import type { Identity } from './messages.ts'

const KEY = 'stark-agent'

export interface Claim {
  /** False when this browser keeps nothing here: the node is another one at each load. */
  readonly isKept: boolean
  /** @returns undefined for a browser that has not been a node here */
  read(): Identity | undefined
  write(identity: Identity): void
  /** Lets another tab be the node. */
  release(): void
}

export interface ClaimOptions {
  /** Another tab is the node, and this one has to wait. */
  readonly onWait: () => void
  /** Ends the waiting. */
  readonly signal: AbortSignal
}

/** Waits until no other tab is the node. @throws the signal's reason when the waiting was ended */
export async function claimNode(options: ClaimOptions): Promise<Claim> {
  const storage = storageOf()
  if (!storage) return { isKept: false, ...memory(), release: () => undefined }
  const release = (await lock({ ifAvailable: true })) ?? (await waitForLock(options))
  return {
    isKept: true,
    read: () => parse(storage.getItem(KEY)),
    write: (identity) => storage.setItem(KEY, JSON.stringify(identity)),
    release,
  }
}

function memory(): Pick<Claim, 'read' | 'write'> {
  let kept: Identity | undefined
  return { read: () => kept, write: (identity) => (kept = identity) }
}

async function waitForLock({ onWait, signal }: ClaimOptions): Promise<() => void> {
  onWait()
  const release = await lock({ signal })
  if (!release) throw new Error('a Web Lock was granted without a lock')
  return release
}

/** @returns what releases it; undefined when it was to be had at once and is not */
function lock(options: LockOptions): Promise<(() => void) | undefined> {
  return new Promise((resolve, reject) => {
    const held = navigator.locks.request(KEY, options, (granted) => {
      if (!granted) return resolve(undefined)
      return new Promise<void>((release) => resolve(release))
    })
    held.catch(reject)
  })
}

/** Asking for it throws where the user has blocked the storage of embedded pages. */
function storageOf(): Storage | undefined {
  try {
    const { localStorage } = globalThis
    localStorage.setItem(`${KEY}-probe`, '')
    localStorage.removeItem(`${KEY}-probe`)
    return localStorage
  } catch {
    return undefined
  }
}

function parse(text: string | null): Identity | undefined {
  if (text === null) return undefined
  const { id, token } = JSON.parse(text) as Partial<Identity>
  return typeof id === 'string' ? { id, token } : undefined
}
