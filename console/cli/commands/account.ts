/** login, logout and whoami. */
import type { Command } from 'commander'
import { parseSetup } from '../address.ts'
import { Api, anonymous, type Request } from '../api.ts'
import { Failure } from '../failure.ts'
import { ask, readPiped } from '../prompt.ts'
import { loginOf, type LoggedIn } from '../session.ts'
import { examples, formatOf, optionsOf, type GlobalOptions, type Shell } from '../shell.ts'

interface LoginOptions {
  readonly email?: string
  readonly passwordStdin?: boolean
  readonly setup?: string
}

export function addAccount(program: Command, shell: Shell): void {
  const login = program
    .command('login')
    .description('log in to a server; with --setup make its first administrator')
    .option('--email <email>', 'your e-mail address; asked for unless given')
    .option('--password-stdin', 'read the password from stdin')
    .option('--setup <link-or-token>', 'the one-time link that the server printed, or its token')
    .action((_: unknown, command: Command) => logIn(shell, optionsOf<LoginOptions>(command)))
  examples(
    login,
    'stark login',
    'stark login --setup "http://localhost:8600/#setup=TOKEN" --email me@example.com',
    'stark login --server https://stark.example.com --email me@example.com --password-stdin < password',
  )
  const logout = program
    .command('logout')
    .description('end the session and forget it')
    .action((_: unknown, command: Command) => logOut(shell, optionsOf(command)))
  examples(logout, 'stark logout')
  const whoami = program
    .command('whoami')
    .description('who you are at the server')
    .action((_: unknown, command: Command) => whoAmI(shell, optionsOf(command)))
  examples(whoami, 'stark whoami', 'stark whoami -o json')
}

async function logIn(shell: Shell, options: LoginOptions & GlobalOptions): Promise<void> {
  const setup = options.setup === undefined ? undefined : parseSetup(options.setup)
  const server = setup?.server === undefined ? await shell.server(options) : shell.safeAddress(setup.server, options.insecure)
  const email = options.email ?? (await ask('E-mail', { otherwise: 'give --email' }))
  const password = await passwordOf(options)
  const body = { email, password }
  const request: Request = setup
    ? { method: 'POST', path: '/api/auth/setup', body: { ...body, token: setup.token } }
    : { method: 'POST', path: '/api/auth/login', body }
  const answer = await new Api(server, anonymous).json<LoggedIn>(request)
  await shell.credentials.change((now) => ({ current: server, servers: { ...now.servers, [server]: loginOf(answer) } }))
  const { user, expiresAt } = answer
  if (formatOf(options) === 'json') return shell.terminal.line(JSON.stringify({ server, user, expiresAt }, null, 2))
  shell.terminal.line(`logged in to ${server} as ${user.email} (${user.roles.join(', ')})`)
}

async function passwordOf({ passwordStdin, setup }: LoginOptions): Promise<string> {
  if (passwordStdin) return readPiped('the password')
  const password = await ask('Password', { isSecret: true, otherwise: 'give --password-stdin and pipe it in' })
  if (setup === undefined || password === (await ask('Password again', { isSecret: true, otherwise: 'give --password-stdin' })))
    return password
  throw new Failure('usage', 'the two passwords differ: try again')
}

async function logOut(shell: Shell, options: GlobalOptions): Promise<void> {
  const server = await shell.server(options)
  const { servers } = await shell.credentials.read()
  if (!servers[server]) return shell.terminal.line(`you were not logged in to ${server}`)
  const ended = await endSession(await shell.connect(options))
  await shell.credentials.change((now) => {
    const { [server]: _gone, ...others } = now.servers
    return { ...now, servers: others }
  })
  shell.terminal.line(`logged out of ${server}${ended}`)
}

/** Forgetting works without the server, and is what counts on this machine. @returns what to add when only that was done */
async function endSession(api: Api): Promise<string> {
  try {
    await api.json({ method: 'POST', path: '/api/auth/logout' })
    return ''
  } catch (error) {
    if (error instanceof Failure && error.kind === 'notPermitted') return ''
    if (error instanceof Failure && error.kind === 'unreachable')
      return ', which could not be told: the session there ends by itself within 30 days'
    throw error
  }
}

async function whoAmI(shell: Shell, options: GlobalOptions): Promise<void> {
  const api = await shell.connect(options)
  const me = await api.get<{ user: LoggedIn['user']; permissions: readonly string[] }>('/api/auth/me')
  if (formatOf(options) === 'json') return shell.terminal.line(JSON.stringify({ server: api.server, ...me }, null, 2))
  if (formatOf(options) === 'name') return shell.terminal.line(me.user.email)
  shell.terminal.line(`${me.user.email} (${me.user.roles.join(', ')}) at ${api.server}`)
}
