/**
 * A real PostgreSQL server for a test: from the binaries that the machine has, else from Debian's package when we are root, else an
 * error that says what to install. It runs as another user when we are root, because initdb insists, and listens on 127.0.0.1 only.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { waitFor } from './wait-for.ts'

export interface Postgres {
  readonly url: string
  /** As a crash: nothing is written out, and the next start recovers from the log. */
  crash(): Promise<void>
  start(): Promise<void>
  /** Ends it and removes its folder. */
  remove(): Promise<void>
}

export async function startPostgres(): Promise<Postgres> {
  const binaries = findBinaries() ?? installBinaries()
  const user = process.getuid?.() === 0 ? unprivilegedUser() : undefined
  const folder = mkdtempSync(path.join(tmpdir(), 'stark-pg-'))
  if (user) chownSync(folder, user.uid, user.gid)
  const data = path.join(folder, 'data')
  const initdb = ['-D', data, '--username=postgres', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync']
  execFileSync(path.join(binaries, 'initdb'), initdb, { ...user, cwd: folder, stdio: 'pipe' })

  const port = await freePort()
  let server: ChildProcess | undefined
  const start = async () => {
    server = spawnServer({ program: path.join(binaries, 'postgres'), data, port, user })
    await waitFor(`PostgreSQL on port ${port}`, () => accepts(port), { timeoutMs: 30_000 })
  }
  const crash = async () => {
    if (!server || server.exitCode !== null) return
    const exited = once(server, 'exit')
    server.stdin?.end()
    await exited
  }
  await start()
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    crash,
    start,
    async remove() {
      await crash()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

interface User {
  readonly uid: number
  readonly gid: number
}

/** Ends by SIGQUIT, which is Postgres' immediate shutdown, when its input is closed: by us, or by our own death. */
function spawnServer({ program, data, port, user }: { program: string; data: string; port: number; user: User | undefined }): ChildProcess {
  const script = '"$@" & server=$!; cat > /dev/null; kill -QUIT $server; wait $server'
  const settings = ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=', '-c', 'max_connections=40']
  return spawn('/bin/sh', ['-c', script, 'sh', program, '-D', data, '-p', String(port), ...settings], {
    ...user,
    cwd: path.dirname(data),
    stdio: ['pipe', 'ignore', 'ignore'],
  })
}

function findBinaries(): string | undefined {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
  const folders = [...versions.map((version) => path.join(debian, version, 'bin')), ...(process.env['PATH'] ?? '').split(path.delimiter)]
  return folders.find((folder) => existsSync(path.join(folder, 'initdb')) && existsSync(path.join(folder, 'postgres')))
}

function installBinaries(): string {
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    process.stderr.write('stark: installing PostgreSQL for the tests (apt-get install postgresql)\n')
    execFileSync('apt-get', ['update'], { stdio: 'ignore' })
    execFileSync('apt-get', ['install', '-y', '--no-install-recommends', 'postgresql'], {
      stdio: 'ignore',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
  }
  const binaries = findBinaries()
  if (binaries === undefined) throw new Error('the tests need a PostgreSQL server: install the package postgresql, so that initdb is found')
  return binaries
}

function unprivilegedUser(): User {
  const id = (name: string, flag: string) => Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: 'pipe' }))
  try {
    return { uid: id('postgres', '-u'), gid: id('postgres', '-g') }
  } catch {
    return { uid: id('nobody', '-u'), gid: id('nobody', '-g') } // binaries without the package's user
  }
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Asks for a session and looks at the first byte of the answer, since a server that recovers takes connections too. */
const accepts = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = net.connect(port, '127.0.0.1')
    const answer = (accepted: boolean) => {
      socket.destroy()
      resolve(accepted)
    }
    socket.once('error', () => answer(false))
    socket.once('connect', () => socket.write(startupMessage))
    // R asks for or grants authentication; E is an error, such as "the database system is starting up".
    socket.once('data', (data) => answer(data.toString('latin1', 0, 1) === 'R'))
  })

/** Protocol 3.0, user and database postgres. Source: https://www.postgresql.org/docs/current/protocol-message-formats.html */
const startupMessage = (() => {
  const parameters = Buffer.from('\0\u0003\0\0user\0postgres\0database\0postgres\0\0', 'latin1')
  const length = Buffer.alloc(4)
  length.writeUInt32BE(parameters.length + 4)
  return Buffer.concat([length, parameters])
})()
