/** What the daemon reads from its environment, and how it says what is wrong with it. */
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { daemonOptions } from '../../plugins/environment.ts'

const read = (environment: Readonly<Record<string, string>>, isTerminal = false) => daemonOptions(environment, isTerminal)

describe('an empty environment', () => {
  test('is a server for this machine alone, with its data beside it', () => {
    const directory = path.resolve('.stark')
    expect(read({})).toEqual({
      port: 8600,
      host: '127.0.0.1',
      directory,
      setupToken: undefined,
      logFormat: 'json',
      doors: { callsPerSecond: 1000, trustedHops: 0, allowedOrigins: [] },
      secretsKeys: [],
      target: { kind: 'embedded', directory },
      config: undefined,
      pluginsFolder: undefined,
    })
  })

  test('on a terminal has a log for people', () => {
    expect(read({}, true).logFormat).toBe('pretty')
    expect(read({ STARK_LOG: 'json' }, true).logFormat).toBe('json')
    expect(read({ STARK_LOG: '' }, true).logFormat).toBe('pretty')
  })
})

describe('a variable', () => {
  test('that makes sense is taken', () => {
    expect(
      read({
        PORT: '0',
        STARK_DATA_DIR: '/data',
        STARK_SETUP_TOKEN: '12345678',
        STARK_LOG: 'silent',
        STARK_RATE_LIMIT: '0',
        STARK_TRUSTED_PROXIES: '2',
        STARK_ALLOWED_ORIGINS: 'https://a.example, http://b.example:8080',
      }),
    ).toEqual({
      port: 0,
      host: '127.0.0.1',
      directory: '/data',
      setupToken: '12345678',
      logFormat: 'silent',
      doors: { callsPerSecond: 0, trustedHops: 2, allowedOrigins: ['https://a.example', 'http://b.example:8080'] },
      secretsKeys: [],
      target: { kind: 'embedded', directory: '/data' },
      config: undefined,
      pluginsFolder: undefined,
    })
    expect(read({ PORT: '65535' }).port).toBe(65_535)
    expect(read({ STARK_CONFIG: '/etc/stark.config.mjs', STARK_PLUGINS_DIR: 'rules' })).toMatchObject({
      config: '/etc/stark.config.mjs',
      pluginsFolder: path.resolve('rules'),
    })
  })

  test.each([
    [{ PORT: 'http' }, 'PORT is http'],
    [{ PORT: '65536' }, 'PORT is 65536'],
    [{ PORT: '-1' }, 'PORT is -1'],
    [{ PORT: '80.5' }, 'PORT is 80.5'],
    [{ PORT: '' }, 'PORT is '],
    [{ PORT: '0x50' }, 'PORT is 0x50'],
    [{ STARK_LOG: 'xml' }, 'STARK_LOG is xml: it is pretty, json or silent'],
    [{ STARK_SETUP_TOKEN: '1234567' }, 'STARK_SETUP_TOKEN has 8 to 256 characters'],
    [{ STARK_SETUP_TOKEN: 'x'.repeat(257) }, 'STARK_SETUP_TOKEN has 8 to 256 characters'],
    [{ STARK_RATE_LIMIT: '-1' }, 'STARK_RATE_LIMIT is -1: it is a whole number from 0 to 1000000'],
    [{ STARK_TRUSTED_PROXIES: 'all' }, 'STARK_TRUSTED_PROXIES is all: it is a whole number from 0 to 10'],
    [{ STARK_ALLOWED_ORIGINS: '*' }, 'STARK_ALLOWED_ORIGINS has *'],
    [{ STARK_ALLOWED_ORIGINS: 'https://a.example/' }, 'STARK_ALLOWED_ORIGINS has https://a.example/'],
    [{ STARK_TLS_CERT: 'cert.pem' }, 'STARK_TLS_CERT and STARK_TLS_KEY go together'],
    [
      { STARK_TLS_CERT: '/nowhere/cert.pem', STARK_TLS_KEY: '/nowhere/key.pem' },
      'STARK_TLS_CERT is /nowhere/cert.pem, and that cannot be read',
    ],
    [{ STARK_TLS_CERT: 'package.json', STARK_TLS_KEY: 'package.json' }, 'no certificate and key in PEM that belong together'],
    [{ STARK_SECRETS_KEY: 'c2hvcnQ=' }, 'STARK_SECRETS_KEY is 32 bytes in base64'],
    [{ SUPABASE_URL: 'abc' }, 'SUPABASE_URL is abc: it is the address'],
    [{ SUPABASE_URL: 'https://abc.supabase.co' }, 'SUPABASE_SECRET_KEY is not'],
  ])('that does not is named: %j', (environment, sentence) => {
    expect(() => read(environment as Record<string, string>)).toThrow(sentence)
  })
})

describe('a host that others reach', () => {
  test('is refused unless somebody says that it is meant', () => {
    expect(() => read({ HOST: '0.0.0.0' })).toThrow('it speaks plain HTTP')
    expect(() => read({ HOST: '10.0.0.1', STARK_INSECURE: 'yes' })).toThrow('it speaks plain HTTP')
    expect(read({ HOST: '0.0.0.0', STARK_INSECURE: '1' }).host).toBe('0.0.0.0')
    expect(read({ HOST: '::1' }).host).toBe('::1')
    expect(read({ HOST: 'localhost' }).host).toBe('localhost')
  })
})

describe('a Supabase', () => {
  const url = 'https://abc.supabase.co'

  test('is used with its keys, in place of the embedded database', () => {
    expect(read({ SUPABASE_URL: url, SUPABASE_SECRET_KEY: 's' }).target).toEqual({ kind: 'supabase', url, secretKey: 's' })
    const both = { SUPABASE_URL: url, SUPABASE_SECRET_KEY: 's', SUPABASE_PUBLISHABLE_KEY: 'p' }
    expect(read(both).target).toEqual({ kind: 'supabase', url, secretKey: 's', publishableKey: 'p' })
  })

  test('that is empty is none', () => {
    expect(read({ SUPABASE_URL: '' }).target).toMatchObject({ kind: 'embedded' })
  })
})
