/** Which server: from what was typed to its origin. Plain HTTP to another machine would show credentials to everybody between. */
import { isIP } from 'node:net'
import { Failure } from './failure.ts'

export const DEFAULT_SERVER = 'http://localhost:8600'

/** @returns scheme, host and port, such as http://localhost:8600. @throws Failure when it is no address, or plain HTTP to another machine */
export function serverAddress(text: string, { isInsecure }: { isInsecure: boolean }): string {
  const url = parse(text)
  if (url.protocol === 'https:') return url.origin
  if (isLoopback(url.hostname) || isInsecure) return url.origin
  throw new Failure(
    'usage',
    `${url.origin} is plain HTTP to another machine, and would show your credentials on the way: use https://, or say --insecure (STARK_INSECURE=1)`,
  )
}

function parse(text: string): URL {
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`
  const url = URL.canParse(withScheme) ? new URL(withScheme) : undefined
  if (url && ['http:', 'https:'].includes(url.protocol) && url.username === '' && url.password === '') return url
  throw new Failure('usage', `"${text}" is not the address of a server: it looks like ${DEFAULT_SERVER} or https://stark.example.com`)
}

/** @param hostname as URL gives it: an IPv6 address stands in brackets */
function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || (isIP(hostname) === 4 && hostname.startsWith('127.'))
}

/** What `--setup` takes: the link that the server printed, or only its token. @returns server is undefined for a token */
export function parseSetup(text: string): { readonly server: string | undefined; readonly token: string } {
  if (!/^https?:\/\//i.test(text)) return { server: undefined, token: text }
  const url = parse(text)
  const token = new URLSearchParams(url.hash.slice(1)).get('setup')
  if (token === null || token === '') throw new Failure('usage', 'this link has no #setup=TOKEN at its end: copy the whole line, in quotes')
  return { server: url.origin, token }
}

/** A server as the name of a file or folder. */
export const serverSlug = (server: string): string => new URL(server).host.replaceAll(/[^A-Za-z0-9.-]/g, '_')
