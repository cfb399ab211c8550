/**
 * What Postgres does in background processes that a single-user one does not have: checkpoints, without which the log of changes is
 * never recycled and each start replays all of it, and vacuum, without which updated rows stay for ever.
 */
import type { SessionLock } from './session-lock.ts'

const CHECKPOINTS_PER_VACUUM = 60

/** @returns what stops it */
export function maintain(session: SessionLock, everyMs: number, warn: (message: string) => void): () => void {
  let rounds = 0
  const timer = setInterval(() => {
    rounds++
    const isVacuum = rounds % CHECKPOINTS_PER_VACUUM === 0
    session
      .exclusive(async (database) => {
        if (isVacuum) await database.exec('vacuum analyze')
        await database.exec('checkpoint')
      })
      .catch((error: unknown) => warn(`maintenance of the embedded database failed: ${String(error)}`))
  }, everyMs)
  return () => clearInterval(timer)
}
