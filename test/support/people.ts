/** People of a test's own, each with a session and a connection: as whom both doors can be asked. */
import { randomUUID } from 'node:crypto'
import type { Role, User } from '../../kernel/schema/index.ts'
import { done, type Api } from './api.ts'
import type { LoggedIn, Server } from './server.ts'
import type { WireSocket } from './wire-socket.ts'

export const PASSWORD = 'a password of somebody in a test'

export interface Person {
  readonly user: User
  readonly session: LoggedIn
  readonly api: Api
  readonly wire: WireSocket
}

export async function person(server: Server, roles: readonly Role[], fields: object = {}): Promise<Person> {
  const email = `${randomUUID()}@stark.example`
  const user = await done(server.post<User>('/api/users', { email, password: PASSWORD, roles, ...fields }))
  const session = await done(server.as(undefined).post<LoggedIn>('/api/auth/login', { email, password: PASSWORD }))
  return { user, session, api: server.as(session.accessToken), wire: await server.connect(session.accessToken) }
}
