/**
 * Headers of every answer: what browsers may do with it, which is nothing that the answer does not need. A page that brings a policy
 * of its own keeps it. Nothing here opens anything to other origins.
 * Source: https://owasp.org/www-project-secure-headers/
 */
import type { Context } from 'koa'

const HOST = /^[\w.:[\]-]{1,255}$/
const HTTP_NOT_MODIFIED = 304
const YEAR_SECONDS = 31_536_000

const always = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
}

/** Of what is read by programs. */
const NOTHING = "default-src 'none'; frame-ancestors 'none'"

/**
 * Scripts are our own files. Styles may stand in the page: where constructable style sheets are missing (Safari 15), Lit writes its own
 * there, and no style can load anything from elsewhere. Old browsers do not take 'self' for a WebSocket, so it is named.
 */
function pagePolicy(host: string): string {
  const sockets = HOST.test(host) ? ` ws://${host} wss://${host}` : ''
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    // A page of the console can become a node, and that embeds /agent.html.
    "frame-src 'self'",
    `connect-src 'self'${sockets}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

export function setSecurityHeaders(context: Context, { isSecure }: { readonly isSecure: boolean }): void {
  context.set(always)
  if (isSecure) context.set('Strict-Transport-Security', `max-age=${YEAR_SECONDS}`)
}

/** Once the answer is there, and its type is known. */
export function setPolicy(context: Context): void {
  // What was asked with a credential is nobody else's; pages and documents are asked for anew by their ETag.
  if (!context.res.hasHeader('Cache-Control')) context.set('Cache-Control', context.path.startsWith('/api/') ? 'no-store' : 'no-cache')
  // What has not changed keeps the policy that it came with: one that is sent here would take its place.
  if (context.status === HTTP_NOT_MODIFIED || context.res.hasHeader('Content-Security-Policy')) return
  context.set('Content-Security-Policy', context.response.is('html') ? pagePolicy(context.get('Host')) : NOTHING)
  context.set('X-Frame-Options', 'DENY')
}
