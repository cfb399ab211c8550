/** `node join` as its own process: it joins, comes back as the same node, stops in order, and says why it is refused. */
import { readFileSync } from 'node:fs'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import type { NodeView } from '../../kernel/schema/node.ts'
import { waitFor } from '../support/wait-for.ts'
import { useStark } from './support/stark.ts'

const LIMIT_MS = 60_000
const stark = useStark()
const node = (name: string) => stark.json<NodeView>(['get', 'nodes', name])

describe('node join', () => {
  test(
    'without a token makes one with the login, says that it joined, and goes on until it is stopped',
    { timeout: LIMIT_MS },
    async () => {
      const options = ['--label', 'zone=a', '--taint', 'gpu=true:NoSchedule', '--cpu', '500', '--memory', '600', '--max-pods', '3']
      const running = await stark.joinNode('n1', options)
      const { id } = await node('n1')
      expect(running.stdout).toEqual([JSON.stringify({ event: 'joined', node: 'n1', id })])
      expect(await node('n1')).toMatchObject({
        status: 'online',
        labels: { zone: 'a' },
        taints: [{ key: 'gpu', value: 'true', effect: 'NoSchedule' }],
        allocatable: { cpu: 500, memory: 600, pods: 3 },
      })
      expect(await running.stop('SIGINT')).toBe(0)
      await waitFor('the node to be offline', async () => (await node('n1')).status === 'offline')
    },
  )

  test('of a folder that has joined needs no token, and is the same node', { timeout: LIMIT_MS }, async () => {
    const before = await node('n1')
    const running = stark.start(['node', 'join', '--name', 'n1', '--data', path.join(stark.folder, 'n1'), '--server', stark.url], {
      env: { STARK_CONFIG_DIR: path.join(stark.folder, 'nobody') },
    })
    await waitFor('the node to be back', async () => (await node('n1')).status === 'online')
    expect((await node('n1')).id).toBe(before.id)
    expect(await running.stop('SIGTERM')).toBe(0)
  })

  test('keeps who it is under the name of the server and its own, in the folder of the user', { timeout: LIMIT_MS }, async () => {
    const token = (await stark.run(['token', 'create', '--kind', 'join'])).stdout.trim()
    const running = stark.start(['node', 'join', '--name', 'n2', '--token', token])
    await waitFor('the node to join', () => running.stdout.length > 0)
    expect(await running.stop('SIGINT'), 'stopped in order, as soon as it has joined').toBe(0)
    const folder = path.join(stark.folder, '.stark/nodes', new URL(stark.url).host.replace(':', '_'), 'n2')
    expect(JSON.parse(readFileSync(path.join(folder, 'identity.json'), 'utf8'))).toMatchObject({ id: (await node('n2')).id })
  })

  test('prints a unit of systemd with its options and without its token, and does nothing else', async () => {
    const options = '--name n9 --token stark_join_secret --label zone=a --taint gpu:NoSchedule --cpu 500 --print-systemd'.split(' ')
    const { code, stdout } = await stark.run(['node', 'join', '--data', '/var/lib/stark 100%', ...options])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^ExecStart=\S+ \S+ node join --server \S+ --data "\/var\/lib\/stark 100%%" --name n9 --label zone=a /m)
    expect(stdout).toContain('--taint gpu:NoSchedule --cpu 500\n')
    expect(stdout).not.toContain('secret')
    expect((await stark.run(['get', 'nodes', 'n9'])).code).toBe(3)
  })

  test('with a token that the server does not know is refused', { timeout: LIMIT_MS }, async () => {
    const { code, stdout, stderr } = await stark.run([
      'node',
      'join',
      '--name',
      'n3',
      '--data',
      path.join(stark.folder, 'n3'),
      '--token',
      'stark_join_no',
    ])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(new RegExp(`^stark: this machine cannot join ${stark.url}: .+; a join token is made by .+\n$`))
  })

  test('says so when what is there is no control plane', { timeout: LIMIT_MS }, async () => {
    const other = createServer((_, response) => response.end('hello'))
    await once(other.listen(0, '127.0.0.1'), 'listening')
    const { port } = other.address() as AddressInfo
    const args = ['node', 'join', '--data', path.join(stark.folder, 'n6'), '--token', 'x', '--server', `http://127.0.0.1:${port}`]
    const { code, stderr } = await stark.run(args)
    other.close()
    expect(code).toBe(1)
    expect(stderr).toBe(`stark: http://127.0.0.1:${port} answered hello: is it a Stark server?\n`)
  })

  test('of a server that speaks another protocol says that they are of different versions', { timeout: LIMIT_MS }, async () => {
    const other = createServer((_, response) => response.end('{}'))
    const sockets = new WebSocketServer({ server: other })
    const problem = { code: 'INVALID_FRAME', detail: 'this is no frame of the protocol', status: 400, retryable: false }
    sockets.on('connection', (socket) => socket.on('message', () => socket.send(JSON.stringify({ type: 'bye', why: 'protocol', problem }))))
    await once(other.listen(0, '127.0.0.1'), 'listening')
    const { port } = other.address() as AddressInfo
    const args = ['node', 'join', '--data', path.join(stark.folder, 'n7'), '--token', 'x', '--server', `http://127.0.0.1:${port}`]
    const { code, stderr } = await stark.run(args)
    sockets.close()
    other.close()
    expect(code).toBe(1)
    expect(stderr).toContain('the server is of another version than this command: install the one that it has')
  })

  test('ends when the node is removed, and says how it may join anew', { timeout: LIMIT_MS }, async () => {
    const running = await stark.joinNode('n4')
    expect(await stark.run(['node', 'delete', 'n4'])).toMatchObject({ code: 0 })
    await waitFor('node join to end', () => running.child.exitCode !== null)
    expect(running.child.exitCode).toBe(1)
    expect(running.stderr.at(-1)).toMatch(/the server does not want this node: .* remove .*n4 to join as a new one/)
  })

  test('hears at once when nobody is there', { timeout: LIMIT_MS }, async () => {
    const { code } = await stark.run([
      'node',
      'join',
      '--data',
      path.join(stark.folder, 'n5'),
      '--token',
      'x',
      '--server',
      'http://127.0.0.1:2',
    ])
    expect(code).toBe(6)
  })

  test('refuses what it cannot read', { timeout: LIMIT_MS }, async () => {
    const { code, stderr } = await stark.run(['node', 'join', '--taint', 'gpu'])
    expect(code).toBe(2)
    expect(stderr).toContain('key=value:Effect')
  })
})
