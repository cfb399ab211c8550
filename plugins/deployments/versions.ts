/** Which version of a pack a deployment means, and the revisions that it has had. */
import semver from 'semver'
import { KernelError, type Deployment, type DeploymentRevision, type Pack, type PodTemplate, type Reader } from '../../kernel/index.ts'

/** For whom a pack is looked up. */
export interface Runner {
  readonly id: string | null
  readonly isAdmin: boolean
}

const LATEST = 'latest'

/** The newest version that fits and has its bundle. @param wanted a version, a range, or `latest` */
function findVersion(reader: Reader, { packName, wanted }: { packName: string; wanted: string }, who: Runner): Pack | undefined {
  const ready = reader
    .by('packs', 'name', packName)
    .filter(({ bundle, visibility, ownerId }) => bundle !== null && (who.isAdmin || visibility === 'public' || ownerId === who.id))
  if (semver.valid(wanted) !== null) return ready.find(({ version }) => version === wanted)
  const range = wanted === LATEST ? '*' : wanted
  const best = semver.maxSatisfying(
    ready.map(({ version }) => version),
    range,
  )
  return ready.find(({ version }) => version === best)
}

/** @throws KernelError INVALID for what is neither, NOT_FOUND */
export function mustFindVersion(reader: Reader, { packName, wanted }: { packName: string; wanted: string }, who: Runner): Pack {
  if (wanted !== LATEST && semver.validRange(wanted) === null) {
    const message = `is neither a version nor a range of versions: "${wanted}"`
    throw new KernelError('INVALID', `packVersion ${message}`, { errors: [{ path: '/packVersion', message }] })
  }
  const pack = findVersion(reader, { packName, wanted }, who)
  if (pack) return pack
  const message = `there is no version of pack "${packName}" with a bundle that fits "${wanted}"`
  throw new KernelError('NOT_FOUND', message, { errors: [{ path: '/packVersion', message }] })
}

export const isExact = (wanted: string): boolean => semver.valid(wanted) !== null

/** A version that it follows to: newer than all that it has had, so one that was rolled back is not taken up again. */
export function versionToFollow(reader: Reader, deployment: Deployment, who: Runner): Pack | undefined {
  const { packName, packVersion: wanted, revisions } = deployment
  const pack = findVersion(reader, { packName, wanted }, who)
  return pack && revisions.every(({ packVersion }) => semver.gt(pack.version, packVersion)) ? pack : undefined
}

export function currentOf({ revisions, name }: Pick<Deployment, 'revisions' | 'name'>): DeploymentRevision {
  const current = revisions.at(-1)
  if (!current) throw new Error(`deployment ${name} has no revision`)
  return current
}

/** What to go back to; undefined while the current one is good itself, or none ever was. */
export function goodOf({ revisions, name }: Deployment): DeploymentRevision | undefined {
  const current = currentOf({ revisions, name })
  return current.isGood ? undefined : revisions.findLast(({ isGood, key }) => isGood && key !== current.key)
}

interface Next {
  readonly pack: Pick<Pack, 'id' | 'version'>
  readonly template: PodTemplate
  readonly reason: string
  readonly actorId: string
  readonly at: string
  /** For what has not been before. */
  readonly newKey: string
}

/** With one more revision at the end; pods of an earlier one that was the same are of this one too. */
export function withRevision(
  { revisions, revisionHistoryLimit }: Pick<Deployment, 'revisions' | 'revisionHistoryLimit'>,
  next: Next,
): Pick<Deployment, 'revisions' | 'revision'> {
  const alike = revisions.findLast(({ packId, template }) => packId === next.pack.id && isSame(template, next.template))
  const revision = (revisions.at(-1)?.revision ?? 0) + 1
  const { reason, actorId, at, template } = next
  const added: DeploymentRevision = {
    revision,
    key: alike?.key ?? next.newKey,
    packId: next.pack.id,
    packVersion: next.pack.version,
    template,
    at,
    actorId,
    reason,
    isGood: alike?.isGood ?? false,
    hasFailed: false,
    isPromoted: alike?.isGood ?? false,
  }
  return { revision, revisions: trimmed([...revisions, added], revisionHistoryLimit) }
}

/** The newest ones, and the last good one, which is what there is to go back to. */
function trimmed(revisions: readonly DeploymentRevision[], limit: number): DeploymentRevision[] {
  const good = revisions.findLast(({ isGood }) => isGood)
  return revisions.filter((each, index) => each === good || index >= revisions.length - limit - 1)
}

/** In whatever order their fields are: the store has one of its own. */
export const isSame = (a: object, b: object): boolean => canonical(a) === canonical(b)

const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : each,
  )
