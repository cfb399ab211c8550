/** Accounts, sessions, secrets and the audit from the command line: nothing secret is an argument, and nothing secret is shown. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { AuditEntry, Secret, Session, Token, User } from '../../kernel/schema/index.ts'
import { EMAIL, PASSWORD, useStark } from './support/stark.ts'

const LIMIT_MS = 60_000
const stark = useStark()

test('an administrator makes an account with a password from stdin, and changes where it may create', { timeout: LIMIT_MS }, async () => {
  const made = await stark.json<User>(['user', 'create', '--email', 'grace@example.com', '--role', 'viewer', '--stdin'], {
    input: 'a long password',
  })
  expect(made).toMatchObject({ email: 'grace@example.com', roles: ['viewer'], namespaces: ['default'] })
  const changed = await stark.json<User>(['user', 'update', 'grace@example.com', '--role', 'user', '--namespace', '*'])
  expect(changed).toMatchObject({ roles: ['user'], namespaces: ['*'] })
  const { stdout } = await stark.run(['user', 'list'])
  expect(stdout).toMatch(/grace@example\.com\s+user\s+\*\s+no/)
})

test('a password that nobody pipes in is asked for, and there is no flag for it', { timeout: LIMIT_MS }, async () => {
  const { code, stderr } = await stark.run(['user', 'create', '--email', 'eve@example.com'])
  expect(code).toBe(2)
  expect(stderr).toContain('--stdin')
  expect((await stark.run(['user', 'create', '--help'])).stdout).not.toContain('--password')
})

test('a secret is set from stdin, whole, and listed without its value', { timeout: LIMIT_MS }, async () => {
  const value = 'first line\nsecond line'
  const made = await stark.json<Secret>(['secret', 'put', 'api-key', '--stdin'], { input: `${value}\n` })
  expect(made).toMatchObject({ name: 'api-key', namespace: 'default' })
  const { stdout } = await stark.run(['secret', 'list'])
  expect(stdout).toContain('api-key')
  expect(stdout).not.toContain('first line')
  expect((await stark.run(['secret', 'delete', 'api-key'])).code).toBe(0)
})

test('sessions are listed and ended', { timeout: LIMIT_MS }, async () => {
  const { items } = await stark.json<{ items: (Session & { isCurrent: boolean })[] }>(['session', 'list'])
  expect(items.filter(({ isCurrent }) => isCurrent)).toHaveLength(1)
  expect((await stark.run(['session', 'list'])).stdout).toMatch(/ID\s+CURRENT\s+FROM/)
})

test('a password is changed, the old one and then the new one', { timeout: LIMIT_MS }, async () => {
  const next = 'another correct horse'
  expect(await stark.run(['password', '--stdin'], { input: `${PASSWORD}\n${next}\n` })).toMatchObject({ code: 0 })
  const login = (input: string) => stark.run(['login', '--email', EMAIL, '--password-stdin'], { input })
  expect((await login(PASSWORD)).code).toBe(4)
  expect((await login(next)).code).toBe(0)
  expect(readFileSync(path.join(stark.configFolder, 'credentials.json'), 'utf8')).not.toContain(next)
})

test('a token has scopes and namespaces', { timeout: LIMIT_MS }, async () => {
  const token = await stark.json<Token>([
    'token',
    'create',
    '--kind',
    'api',
    '--role',
    'viewer',
    '--scope',
    'pods:read',
    '--namespace',
    'default',
  ])
  expect(token).toMatchObject({ scopes: ['pods:read'], namespaces: ['default'] })
})

test('the audit tells who did what', { timeout: LIMIT_MS }, async () => {
  const { items } = await stark.json<{ items: AuditEntry[] }>(['audit', 'list', '--operation', 'secrets.put'])
  expect(items[0]).toMatchObject({ actorName: EMAIL, result: 'done', objects: [{ kind: 'secrets', name: 'api-key', op: 'create' }] })
  expect((await stark.run(['audit', 'list', '--limit', '5'])).stdout).toMatch(/WHO\s+FROM\s+OPERATION/)
})
