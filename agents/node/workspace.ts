/**
 * The folder that pods' processes may read from: copies of the bootstrap and the guard, and for each pod a folder with its
 * bundle under a name that is known before the pod is. It lies in the system's temporary folder and not beside the agent's
 * own files, because these may be under /root, mode 0700, where the pods' user cannot go.
 * Bundles are hard links of the bundle cache (copies where it is on another file system), so a pod cannot name another's.
 */
import { chmodSync, copyFileSync, existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

export interface Workspace {
  readonly folder: string
  readonly bootstrap: string
  readonly guard: string
  /** @returns a new, empty folder for one pod */
  makePodFolder(): string
}

export interface WorkspaceOptions {
  /** Files to copy. */
  readonly bootstrap: string
  readonly guard: string
  /** Whether pods run as another user, who must be able to come in. */
  readonly isShared: boolean
  /** Whose it is: by that it is found when nobody is left to remove it. */
  readonly owner: string
}

export function makeWorkspace({ bootstrap, guard, isShared, owner }: WorkspaceOptions): Workspace {
  const folder = mkdtempSync(path.join(parent(), prefixOf(owner)))
  try {
    // Others may pass through and not look around.
    chmodSync(folder, isShared ? 0o711 : 0o700)
    if (isShared) assertReachable(folder)
    const copies = { bootstrap: path.join(folder, 'bootstrap.mjs'), guard: path.join(folder, 'guard.mjs') }
    copyReadable(bootstrap, copies.bootstrap)
    copyReadable(guard, copies.guard)
    // Every start reads them, also weeks later; systemd's cleaner leaves files alone that have the sticky bit.
    // Source: https://specifications.freedesktop.org/basedir-spec/latest/ (XDG_RUNTIME_DIR)
    if (process.platform === 'linux') for (const file of Object.values(copies)) chmodSync(file, 0o1444)
    let pods = 0
    const makePodFolder = (): string => {
      const podFolder = path.join(folder, String(++pods))
      mkdirSync(podFolder)
      return podFolder
    }
    return { folder, ...copies, makePodFolder }
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}

/** @returns the folders that this owner has, or has left */
export const workspacesOf = (owner: string): string[] =>
  readdirSync(parent()).flatMap((name) => (name.startsWith(prefixOf(owner)) ? [path.join(parent(), name)] : []))

/** The permission model compares paths as they really are. */
const parent = (): string => realpathSync(tmpdir())
const prefixOf = (owner: string): string => `stark-pods-${owner}-`

/** Where a pod's bundle will be: the permission to read it is given before it is there. */
export const bundleIn = (podFolder: string): string => path.join(podFolder, 'bundle.mjs')

/** Puts the bundle in, and takes the right to write away: the pod's working directory must not take files. */
export function placeBundle(source: string, podFolder: string): void {
  const target = bundleIn(podFolder)
  try {
    linkSync(source, target)
  } catch {
    // Another file system, or one without hard links; if the source is missing, copying says so.
    copyReadable(source, target)
  }
  chmodSync(podFolder, 0o555)
}

/** An agent without root's rights needs the right to write back before it may remove what is in the folder. */
export function removePodFolder(podFolder: string): void {
  // A cleaner of temporary folders may have been quicker.
  if (existsSync(podFolder)) chmodSync(podFolder, 0o755)
  rmSync(podFolder, { recursive: true, force: true })
}

function copyReadable(source: string, target: string): void {
  copyFileSync(source, target)
  chmodSync(target, 0o444)
}

function assertReachable(folder: string): void {
  for (let each = folder; each !== path.dirname(each); each = path.dirname(each)) {
    if ((statSync(each).mode & 0o001) === 0) {
      throw new Error(`pods run as another user, who cannot enter ${each}: point TMPDIR to a folder that all may pass through`)
    }
  }
}
