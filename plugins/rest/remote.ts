/**
 * The address that a request came from. What a proxy says of it (X-Forwarded-For) is believed for as many proxies as the operator says
 * there are: each adds at the end whom it heard from, and whatever stands before those entries anybody can have written.
 */
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'

export function remoteOf({ headers, socket }: IncomingMessage, trustedHops: number): string {
  const forwarded = String(headers['x-forwarded-for'] ?? '').split(',')
  const said = trustedHops === 0 ? undefined : forwarded.at(-trustedHops)?.trim()
  const address = said !== undefined && isIP(said) > 0 ? said : (socket.remoteAddress ?? '')
  // IPv4 on a socket for both kinds.
  return address.replace(/^::ffff:(?=\d+\.)/, '')
}
