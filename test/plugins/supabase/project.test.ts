/** What is different about a Supabase project, against a server that answers as one does. */
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { silent } from '../../../kernel/log.ts'
import { openStore, type Store } from '../../../plugins/supabase/store.ts'
import { Loopback } from '../../contract/support/loopback.ts'

const answers = new Map<string, () => Response>()
const asked: string[] = []
const server = new Loopback((input) => {
  const path = new URL(input as URL).pathname
  asked.push(path)
  return Promise.resolve(answers.get(path)?.() ?? Response.json({ code: 'PGRST202', message: `no function ${path}` }, { status: 404 }))
})
let store: Store

beforeAll(async () => {
  await server.start()
  store = await openStore({ target: { kind: 'supabase', url: server.url, secretKey: 'secret' }, holder: 'tester', log: silent })
})
afterAll(async () => {
  await store.close()
  await server.stop()
})

describe('a Supabase project', () => {
  test('without the schema is told from one that is away', async () => {
    await expect(store.load(() => {})).rejects.toThrow('supabase db push')
  })

  test('takes no writes before it is loaded', async () => {
    const changeSet = { revision: 2, at: 0, origin: { actorId: 'tester' }, changes: [] }
    await expect(store.persist(changeSet)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  })

  test('verifies tokens by its public keys, which are fetched once', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256')
    const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig', key_ops: ['verify'] }
    answers.set('/auth/v1/.well-known/jwks.json', () => Response.json({ keys: [jwk] }))
    const sign = (expires: string) =>
      new SignJWT({ session_id: 's1' })
        .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
        .setSubject('u1')
        .setExpirationTime(expires)
        .sign(privateKey)
    const token = await sign('1h')
    for (let time = 0; time < 3; time++) expect(await store.identities.verify(token)).toEqual({ userId: 'u1', sessionId: 's1' })
    expect(asked.filter((path) => path.endsWith('jwks.json'))).toHaveLength(1)
    await expect(store.identities.verify(await sign('-1h'))).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' })
    await expect(store.identities.verify(`${token.slice(0, -6)}AAAAAA`)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    await expect(store.identities.verify('none')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })

  test('has its users made with the secret key', async () => {
    answers.set('/auth/v1/admin/users', () => Response.json({ code: 422, error_code: 'email_exists', msg: 'taken' }, { status: 422 }))
    await expect(store.identities.signUp('a@example.com', 'correct horse')).rejects.toMatchObject({ code: 'ALREADY_EXISTS' })
    expect(asked).not.toContain('/auth/v1/signup')
  })

  test('that does not answer is unavailable, which is not a wrong password', async () => {
    answers.set('/auth/v1/token', () => new Response('bad gateway', { status: 502 }))
    await expect(store.identities.signIn('a@example.com', 'correct horse')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  })
})
