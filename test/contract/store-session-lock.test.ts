/**
 * lite shares PGlite's one session between requests of one turn. With the lock in front of it they do not mix; without it they do, which
 * is shown too: when that stops, the lock may go.
 */
import type { PgliteConnection } from '@supabase/lite/pglite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect, type Client, type Fetch } from '../../plugins/supabase/client.ts'
import { loadKeys } from '../../plugins/supabase/keys.ts'
import { createApp } from '../../plugins/supabase/worker/app.ts'
import { createPgliteConnection } from '../../plugins/supabase/worker/lite.ts'
import { silenceConsole } from '../../plugins/supabase/worker/console.ts'
import { roles } from '../../plugins/supabase/worker/roles.ts'
import { createSessionLock } from '../../plugins/supabase/worker/session-lock.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const ROUNDS = 10
const AT_ONCE = 20

describe('requests of one turn', () => {
  const lite = givenLite(true)

  test('keep what was acknowledged when one of them fails', async () => {
    expect(await insertTogether(lite())).toEqual({ acknowledged: ROUNDS * (AT_ONCE - 1), lost: 0 })
  })
  test('see what their own role may see', async () => {
    expect(await readTogether(lite())).toEqual({ wrong: 0 })
  })
})

describe('requests of one turn without the lock', () => {
  const lite = givenLite(false)

  test('lose what was acknowledged when one of them fails', async () => {
    expect((await insertTogether(lite())).lost).toBeGreaterThan(0)
  })
  test('see what another role may see', async () => {
    expect((await readTogether(lite())).wrong).toBeGreaterThan(0)
  })
})

interface Lite {
  readonly connection: PgliteConnection
  readonly service: Client
  readonly anybody: Client
}

/** One in memory, with a table that only the service may see. */
function givenLite(isLocked: boolean): () => Lite {
  const keys = loadKeys(temporaryFolder('lock'))
  let lite: Lite
  let console: ReturnType<typeof silenceConsole>

  beforeAll(async () => {
    console = silenceConsole()
    const connection = await createPgliteConnection()
    await connection.driver.exec(roles)
    const app = await createApp({ connection, keys, storage: temporaryFolder('storage') })
    await connection.driver.exec(`
      create table public.guarded (id serial primary key, name text unique);
      alter table public.guarded enable row level security;`)
    const lock = createSessionLock(connection.driver)
    if (isLocked) connection.kysely = lock.kysely
    const fetch: Fetch = (input, init) => {
      const answer = async () => app.fetch(new Request(input, init))
      return isLocked ? lock.request(answer) : answer()
    }
    const client = (key: string) => connect({ url: 'http://lite.local', fetch }, key)
    lite = { connection, service: client(keys.secretKey), anybody: client(keys.publishableKey) }
    await lite.service.from('guarded').insert({ name: 'taken' })
    await lite.anybody.from('guarded').select()
  })
  afterAll(async () => {
    console.restore()
    await lite.connection.close()
  })
  return () => lite
}

/** Of each twenty inserts one breaks a rule. */
async function insertTogether({ connection, service }: Lite): Promise<{ acknowledged: number; lost: number }> {
  const acknowledged: string[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const names = Array.from({ length: AT_ONCE }, (_, index) => (index === AT_ONCE - 1 ? 'taken' : `${round}-${index}`))
    const answers = await Promise.all(names.map((name) => service.from('guarded').insert({ name })))
    acknowledged.push(...names.filter((_, index) => !answers[index]?.error))
  }
  const { rows } = await connection.driver.query<{ name: string }>('select name from public.guarded')
  const stored = new Set(rows.map(({ name }) => name))
  return { acknowledged: acknowledged.length, lost: acknowledged.filter((name) => !stored.has(name)).length }
}

/** The service and anybody by turns. */
async function readTogether({ service, anybody }: Lite): Promise<{ wrong: number }> {
  let wrong = 0
  for (let round = 0; round < ROUNDS; round++) {
    const readers = Array.from({ length: AT_ONCE }, (_, index) => (index % 2 === 0 ? service : anybody))
    const answers = await Promise.all(readers.map((reader) => reader.from('guarded').select()))
    wrong += answers.filter(({ data }, index) => (data ?? []).length > 0 !== (readers[index] === service)).length
  }
  return { wrong }
}
