/**
 * A connection lock for @supabase/lite on PGlite. PGlite is one session, and lite shares it between concurrent requests without a
 * lock: transactions interleave, so one request's rollback takes along what another was told is saved, and one runs with another's
 * role. Here the session is a pool of one: a request has it for as long as it is in a transaction, and the others wait their turn.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { PGlite } from '@electric-sql/pglite'
import {
  CompiledQuery,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
} from 'kysely'

export interface SessionLock {
  /** Runs one request: what it does with `kysely` waits for the session, and may nest. */
  request<T>(run: () => Promise<T>): Promise<T>
  /** Runs with the session to itself. */
  exclusive<T>(run: (database: PGlite) => Promise<T>): Promise<T>
  /** What lite has to use in place of its own. */
  readonly kysely: Kysely<unknown>
}

/** How often the running request has the session, and how to give it back at the last release. */
interface Holding {
  depth: number
  release: () => void
}

export function createSessionLock(database: PGlite): SessionLock {
  const requests = new AsyncLocalStorage<Holding>()
  const acquire = createMutex()
  const releases = new WeakMap<DatabaseConnection, () => void>()

  const open = (release: () => void): DatabaseConnection => {
    const connection = new Session(database)
    releases.set(connection, release)
    return connection
  }
  const nest = (holding: Holding) => {
    holding.depth++
    return open(() => {
      if (--holding.depth === 0) holding.release()
    })
  }
  const driver: Driver = {
    async init() {},
    async acquireConnection() {
      const holding = requests.getStore()
      if (holding === undefined) return open(await acquire())
      if (holding.depth > 0) return nest(holding)
      holding.release = await acquire()
      return nest(holding)
    },
    async beginTransaction(connection) {
      await connection.executeQuery(CompiledQuery.raw('begin'))
    },
    async commitTransaction(connection) {
      await connection.executeQuery(CompiledQuery.raw('commit'))
    },
    async rollbackTransaction(connection) {
      await connection.executeQuery(CompiledQuery.raw('rollback'))
    },
    async releaseConnection(connection) {
      releases.get(connection)?.()
    },
    async destroy() {},
  }
  return {
    request: (run) => requests.run({ depth: 0, release: () => {} }, run),
    async exclusive(run) {
      const release = await acquire()
      try {
        return await run(database)
      } finally {
        release()
      }
    },
    kysely: new Kysely({
      dialect: {
        createAdapter: () => new PostgresAdapter(),
        createDriver: () => driver,
        createIntrospector: (kysely) => new PostgresIntrospector(kysely),
        createQueryCompiler: () => new PostgresQueryCompiler(),
      },
    }),
  }
}

class Session implements DatabaseConnection {
  readonly #database: PGlite

  constructor(database: PGlite) {
    this.#database = database
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const { rows, affectedRows } = await this.#database.query<R>(query.sql, [...query.parameters])
    return affectedRows === undefined ? { rows } : { rows, numAffectedRows: BigInt(affectedRows) }
  }

  // eslint-disable-next-line require-yield -- the interface wants a generator, and nothing here streams
  async *streamQuery(): AsyncIterableIterator<never> {
    throw new Error('the embedded database does not stream')
  }
}

/** First come, first served. @returns a function that waits for its turn and gives the way to end it */
function createMutex(): () => Promise<() => void> {
  let tail = Promise.resolve()
  return async () => {
    const before = tail
    let release = () => {}
    tail = new Promise((resolve) => {
      release = resolve
    })
    await before
    return release
  }
}
