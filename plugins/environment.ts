/** The daemon's options, from the environment. A value that cannot be used is an error that names the variable. */
import path from 'node:path'
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
  /** Of one user, token or node; 0 is without limit. */
  readonly callsPerSecond: number
  /** The file that is the configuration; undefined is stark.config.ts where the server is started. */
  readonly config: string | undefined
  /** The folder of plugins from outside; undefined is the one beside the configuration. */
  readonly pluginsFolder: string | undefined
}

const CALLS_PER_SECOND = '1000'

/** @throws Error naming the variable */
export function daemonOptions(environment: Readonly<Record<string, string | undefined>>, isTerminal: boolean): DaemonOptions {
  const { HOST: host = '127.0.0.1', STARK_DATA_DIR: directory = '.stark', STARK_SETUP_TOKEN: setupToken } = environment
  if (!LOOPBACK.includes(host) && environment['STARK_INSECURE'] !== '1') {
    throw new Error(
      `HOST is ${host}: others could reach this server, and it speaks plain HTTP. Put a proxy with TLS before it, or say --insecure (STARK_INSECURE=1)`,
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
    callsPerSecond: numberOf('STARK_RATE_LIMIT', environment['STARK_RATE_LIMIT'] ?? CALLS_PER_SECOND, 1_000_000),
    config: pathOf(environment['STARK_CONFIG']),
    pluginsFolder: pathOf(environment['STARK_PLUGINS_DIR']),
  }
}

const pathOf = (text: string | undefined): string | undefined => (text === undefined || text === '' ? undefined : path.resolve(text))

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
