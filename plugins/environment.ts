/** The daemon's options, from the environment. A value that cannot be used is an error that names the variable. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { createSecureContext } from 'node:tls'
import type { LogFormat } from './host-log.ts'
import type { StoreTarget } from './supabase/store.ts'

const LOOPBACK = ['127.0.0.1', 'localhost', '::1']

export interface DaemonOptions {
  /** 0 picks a free one. */
  readonly port: number
  readonly host: string
  readonly directory: string
  readonly setupToken: string | undefined
  readonly logFormat: LogFormat
  readonly target: StoreTarget
  readonly doors: Doors
  /** In base64, the newest first; none for a file in the directory. */
  readonly secretsKeys: readonly string[]
  /** The file that is the configuration; undefined is stark.config.ts where the server is started. */
  readonly config: string | undefined
  /** The folder of plugins from outside; undefined is the one beside the configuration. */
  readonly pluginsFolder: string | undefined
}

/** How it is reached, by whom, and how often. */
export interface Doors {
  /** Of one user, token or node; 0 is without limit. */
  readonly callsPerSecond: number
  readonly trustedHops: number
  readonly allowedOrigins: readonly string[]
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer }
}

const CALLS_PER_SECOND = '1000'
const HOPS_MAX = 10

/** @throws Error naming the variable */
export function daemonOptions(environment: Readonly<Record<string, string | undefined>>, isTerminal: boolean): DaemonOptions {
  const { HOST: host = '127.0.0.1', STARK_DATA_DIR: directory = '.stark', STARK_SETUP_TOKEN: setupToken } = environment
  const doors = doorsOf(environment)
  if (!LOOPBACK.includes(host) && !doors.tls && environment['STARK_INSECURE'] !== '1') {
    throw new Error(
      `HOST is ${host}: others could reach this server, and it speaks plain HTTP. Give it a certificate (STARK_TLS_CERT and STARK_TLS_KEY), put a proxy with TLS before it, or say --insecure (STARK_INSECURE=1)`,
    )
  }
  if (setupToken !== undefined && (setupToken.length < 8 || setupToken.length > 256)) {
    throw new Error('STARK_SETUP_TOKEN has 8 to 256 characters')
  }
  return {
    port: portOf(environment['PORT'] ?? '8600'),
    host,
    directory: path.resolve(directory),
    setupToken,
    logFormat: logFormatOf(environment['STARK_LOG'], isTerminal),
    target: targetOf(environment, path.resolve(directory)),
    doors,
    secretsKeys: keysOf(environment['STARK_SECRETS_KEY'] ?? ''),
    config: pathOf(environment['STARK_CONFIG']),
    pluginsFolder: pathOf(environment['STARK_PLUGINS_DIR']),
  }
}

const pathOf = (text: string | undefined): string | undefined => (text === undefined || text === '' ? undefined : path.resolve(text))

function doorsOf(environment: Readonly<Record<string, string | undefined>>): Doors {
  const number = (name: string, otherwise: string, most: number) => numberOf(name, environment[name] ?? otherwise, most)
  const tls = tlsOf(environment)
  return {
    callsPerSecond: number('STARK_RATE_LIMIT', CALLS_PER_SECOND, 1_000_000),
    trustedHops: number('STARK_TRUSTED_PROXIES', '0', HOPS_MAX),
    allowedOrigins: originsOf(environment['STARK_ALLOWED_ORIGINS'] ?? ''),
    ...(tls ? { tls } : {}),
  }
}

const KEY = /^[A-Za-z0-9+/]{43}=$/

/** The key itself is in no message. */
function keysOf(text: string): readonly string[] {
  const keys = text.split(',').flatMap((each) => each.trim() || [])
  if (keys.every((key) => KEY.test(key))) return keys
  throw new Error(
    'STARK_SECRETS_KEY is 32 bytes in base64, as of: openssl rand -base64 32. More than one, the newest first, have commas between',
  )
}

function originsOf(text: string): readonly string[] {
  const origins = text.split(',').flatMap((each) => each.trim() || [])
  const wrong = origins.find((each) => !URL.canParse(each) || new URL(each).origin !== each)
  if (wrong === undefined) return origins
  throw new Error(`STARK_ALLOWED_ORIGINS has ${wrong}: it is a list of origins such as https://app.example, with commas between`)
}

function tlsOf({ STARK_TLS_CERT: certFile = '', STARK_TLS_KEY: keyFile = '' }: Readonly<Record<string, string | undefined>>) {
  if (certFile === '' && keyFile === '') return undefined
  if (certFile === '' || keyFile === '')
    throw new Error('STARK_TLS_CERT and STARK_TLS_KEY go together: the files of a certificate and its key')
  const tls = { cert: fileOf('STARK_TLS_CERT', certFile), key: fileOf('STARK_TLS_KEY', keyFile) }
  try {
    createSecureContext(tls)
    return tls
  } catch (error) {
    throw new Error(`STARK_TLS_CERT and STARK_TLS_KEY are no certificate and key in PEM that belong together: ${messageOf(error)}`, {
      cause: error,
    })
  }
}

function fileOf(name: string, file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    throw new Error(`${name} is ${file}, and that cannot be read: ${messageOf(error)}`, { cause: error })
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

function portOf(text: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new Error(`PORT is ${text}: it is a number from 0 to 65535, and 0 picks a free one`)
  return port
}

/** @throws Error naming the variable */
function numberOf(name: string, text: string, most: number): number {
  const number = Number(text)
  if (!/^\d{1,9}$/.test(text) || number > most) throw new Error(`${name} is ${text}: it is a whole number from 0 to ${most}`)
  return number
}

function logFormatOf(text: string | undefined, isTerminal: boolean): LogFormat {
  if (text === undefined || text === '') return isTerminal ? 'pretty' : 'json'
  if (text === 'pretty' || text === 'json' || text === 'silent') return text
  throw new Error(`STARK_LOG is ${text}: it is pretty, json or silent`)
}

function targetOf(environment: Readonly<Record<string, string | undefined>>, directory: string): StoreTarget {
  const { SUPABASE_URL: url, SUPABASE_SECRET_KEY: secretKey, SUPABASE_PUBLISHABLE_KEY: publishableKey } = environment
  if (url === undefined || url === '') return { kind: 'embedded', directory }
  if (!URL.canParse(url))
    throw new Error(`SUPABASE_URL is ${url}: it is the address of a Supabase project, such as https://abc.supabase.co`)
  if (secretKey === undefined || secretKey === '') throw new Error('SUPABASE_URL is given and SUPABASE_SECRET_KEY is not: both are needed')
  return { kind: 'supabase', url, secretKey, ...(publishableKey === undefined ? {} : { publishableKey }) }
}
