/**
 * The REST API: every operation as a route, made from the registry. Provides the service web, for what shares the port.
 * A request is judged in one order: credential, permission, input; each is one line in the log.
 */
import { createHash } from 'node:crypto'
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { Readable } from 'node:stream'
import Router from '@koa/router'
import Koa, { type Context, type Middleware } from 'koa'
import compress from 'koa-compress'
import {
  KernelError,
  type Call,
  type Credential,
  type Operation,
  type Plugin,
  type PluginKernel,
  type Principal,
} from '../../kernel/index.ts'
import type { Web } from '../services.ts'
import { drain } from './body.ts'
import { docsPage } from './docs.ts'
import { setPolicy, setSecurityHeaders } from './headers.ts'
import { collect, methodOf, pathOf } from './input.ts'
import { openapi } from './openapi.ts'
import { remoteOf } from './remote.ts'
import { respond, respondProblem } from './respond.ts'
import { Streams } from './streams.ts'

/** How long a call may take before its caller is told that the outcome is not known. */
const ANSWER_MAX_MS = 30_000
/** How Node.js calls it when a reader has had enough. */
const HUNG_UP: readonly string[] = ['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE']
const CORRELATION_ID = /^[\w.:-]{1,128}$/

type Pages = Map<string, Parameters<Web['serve']>[1]>

const HEADERS_MAX_MS = 15_000
/** Smaller answers fit into few packets as they are. */
const COMPRESSED_FROM_BYTES = 2048
/** Not lines: what is followed is to arrive at once. Bundles are bytes, and travel as their hash names them. */
const COMPRESSED = /^text\/|^application\/(?:\w+\+)?json$/
const CONNECTIONS_MAX = 30_000

export interface RestOptions {
  /** Serves HTTPS and WSS with these, in PEM. */
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer }
  /** Proxies before this server, whose word on where a request came from is believed. */
  readonly trustedHops: number
}

export const rest = (options: RestOptions): Plugin => ({
  name: 'rest',
  apply(kernel) {
    const app = new Koa()
    const pages: Pages = new Map()
    const door: Door = { kernel, streams: new Streams(kernel) }
    const routes = routesOf(door)
    app.use(bracket(kernel, options))
    app.use(compress({ threshold: COMPRESSED_FROM_BYTES, filter: (type) => COMPRESSED.test(type) }))
    app.use((context, next) => (servePage(context, pages) ? undefined : next()))
    app.use((context, next): Promise<unknown> => routes()(context, next) as Promise<unknown>)
    app.use((context) => refuseUnknown(kernel, { context, pages }))
    app.on('error', (error: unknown) => tellOfStream(kernel, error))
    const handle = app.callback()
    const server = createServer(options, (request, response) => void handle(request, response))
    const remote: Web['remoteOf'] = (request) => remoteOf(request, options.trustedHops)
    const web: Web = { server, isSecure: options.tls !== undefined, remoteOf: remote, serve: (path, answer) => pages.set(path, answer) }
    kernel.provide('web', web)
    const document = once((operations) => JSON.stringify(openapi(operations)))
    web.serve('/openapi.json', () => ({ contentType: 'application/json', ...document(kernel.operations.all()) }))
    web.serve('/docs', () => ({ contentType: 'text/html; charset=utf-8', body: docsPage(kernel.operations.all()) }))
    kernel.onStop(
      () =>
        new Promise<void>((resolve) => {
          server.close(() => resolve())
          server.closeAllConnections()
        }),
    )
  },
})

function createServer({ tls }: RestOptions, listener: RequestListener): Server {
  const server = tls ? createHttpsServer({ ...tls, minVersion: 'TLSv1.2' }, listener) : createHttpServer(listener)
  server.headersTimeout = HEADERS_MAX_MS
  server.maxConnections = CONNECTIONS_MAX
  return server
}

/** Makes a page once for each set of operations. */
function once(make: (operations: readonly Operation[]) => string) {
  let made: { readonly from: readonly Operation[]; readonly body: string; readonly etag: string } | undefined
  return (from: readonly Operation[]) => {
    if (made?.from !== from) {
      const body = make(from)
      made = { from, body, etag: createHash('sha256').update(body).digest('hex').slice(0, 32) }
    }
    return { body: made.body, etag: made.etag }
  }
}

/** Around everything: where it came from, the correlation id, the line in the log, errors as problem documents, and headers. */
function bracket({ log, clock, newId }: PluginKernel, { tls, trustedHops }: RestOptions): Middleware {
  return async (context, next) => {
    const started = clock.now()
    const given = context.get('X-Correlation-Id')
    const correlationId = CORRELATION_ID.test(given) ? given : newId()
    context.state['correlationId'] = correlationId
    context.set('X-Correlation-Id', correlationId)
    context.state['remote'] = remoteOf(context.req, trustedHops)
    setSecurityHeaders(context, { isSecure: tls !== undefined })
    try {
      await next()
    } catch (error) {
      respondProblem(context, error)
      if (!(error instanceof KernelError))
        log.error('a request failed', { correlationId, error: String(error), stack: error instanceof Error ? error.stack : undefined })
      if (!context.req.complete) await drain(context.req, clock.after)
      if (!context.req.complete) context.set('Connection', 'close')
    }
    setPolicy(context)
    // A stream may have nothing to say for long: whoever reads it is to know that it was opened.
    if (context.body instanceof Readable) context.flushHeaders()
    const { method, path, status } = context
    log.info('request', {
      method,
      path,
      status,
      ms: clock.now() - started,
      correlationId,
      who: (context.state['who'] as Principal | undefined)?.id,
    })
  }
}

/** `bracket` answers for what fails before the answer begins; this is about answers that break off while they are sent. */
function tellOfStream({ log }: PluginKernel, error: unknown): void {
  const { code, stack } = error as NodeJS.ErrnoException
  if (code !== undefined && HUNG_UP.includes(code)) log.debug('a reader hung up before the end of its answer', { code })
  else log.error('an answer broke off', { error: String(error), stack })
}

/** Of the pages at this path and of those that answer for everything below a path, the longest, and so the closest, counts. */
function pageAt(path: string, pages: Pages): ReturnType<Pages['get']> {
  const parts = path.split('/')
  const above = parts.map((_part, index) => `${parts.slice(0, parts.length - index).join('/')}/*`)
  return [path, ...above].map((at) => pages.get(at)).find((page) => page !== undefined)
}

const isReading = ({ method }: Context): boolean => method === 'GET' || method === 'HEAD'

function servePage(context: Context, pages: Pages): boolean {
  const page = isReading(context) ? pageAt(context.path, pages) : undefined
  if (!page) return false
  const { contentType, body, etag, headers = {} } = page()
  context.set(headers)
  if (etag !== undefined) context.set('ETag', `"${etag}"`)
  context.status = 200
  if (context.fresh) {
    context.status = 304
    return true
  }
  context.type = contentType
  context.body = typeof body === 'string' ? body : Buffer.from(body)
  return true
}

/** The router over all operations, built anew when one has come or gone. */
function routesOf(door: Door): () => Middleware {
  const { kernel } = door
  let built: { readonly from: readonly Operation[]; readonly routes: Middleware } | undefined
  return () => {
    const all = kernel.operations.all()
    if (built?.from === all) return built.routes
    const router = new Router()
    for (const operation of all) {
      router.register(pathOf(operation), [methodOf(operation).toLowerCase()], (context) => answer(door, operation, context))
    }
    const routes = router.routes() as unknown as Middleware
    built = { from: all, routes }
    return routes
  }
}

interface Door {
  readonly kernel: PluginKernel
  readonly streams: Streams
}
interface Routed {
  readonly params: Readonly<Record<string, string>>
}

async function answer({ kernel, streams }: Door, operation: Operation, context: Context & Routed): Promise<void> {
  const { operations, clock } = kernel
  const credential = credentialOf(context)
  const { remote } = credential
  const who = await operations.judge(operation, credential)
  context.state['who'] = who
  const ifMatch = ifMatchOf(context)
  const idempotencyKey = idempotencyKeyOf(context)
  const input = await collect(operation, { request: context.req, path: context.params, query: context.query })
  const correlationId = context.state['correlationId'] as string
  const origin = {
    actorId: who.id,
    roles: who.roles,
    credentialId: who.credentialId,
    remote,
    correlationId,
    operation: operation.name,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  }
  const gone = new AbortController()
  context.res.once('close', () => gone.abort())
  if (operation.gives === 'lines') context.res.once('close', streams.open({ operation, credential, who, end: () => gone.abort() }))
  const call: Call = {
    who,
    correlationId,
    remote,
    ifMatch,
    idempotencyKey,
    signal: gone.signal,
    operation: operation.name,
    session: undefined,
    origin,
    status: undefined,
  }
  const output = await inTime(operations.run(operation, input, call), clock)
  respond(context, { operation, call, output })
}

function inTime<T>(running: Promise<T>, clock: PluginKernel['clock']): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ANSWER_MAX_MS, () =>
      reject(
        new KernelError(
          'STORE_UNAVAILABLE',
          'the store does not answer: whether this was done is not known yet; ask again with the same Idempotency-Key',
        ),
      ),
    )
    running.then(resolve, reject).finally(cancel)
  })
}

interface Lost {
  readonly context: Context
  readonly pages: Pages
}

/** A path that is no route: whoever has no credential learns nothing but that. */
async function refuseUnknown({ operations }: PluginKernel, { context, pages }: Lost): Promise<void> {
  const isApi = context.path.startsWith('/api/') || context.path === '/api'
  if (isApi) await operations.identify(credentialOf(context))
  const others = operations.all().filter((operation) => patternOf(operation).test(context.path))
  if (others.length > 0) {
    context.set('Allow', others.map(methodOf).join(', '))
    throw new KernelError('METHOD_NOT_ALLOWED', `${context.method} is not one of ${others.map(methodOf).join(', ')} here`)
  }
  const page = isApi || !isReading(context) || !context.get('Accept').includes('text/html') ? undefined : pages.get('*')
  if (!page) throw new KernelError('NOT_FOUND', `nothing is at ${context.path}: /docs lists what there is`)
  const { contentType, body } = page()
  context.status = 404
  context.type = contentType
  context.body = body
}

const patternOf = (operation: Operation): RegExp => new RegExp(`^${pathOf(operation).replaceAll('.', '\\.').replace(/:\w+/g, '[^/]+')}$`)

function credentialOf(context: Context): Credential {
  const [, bearer] = /^Bearer\s+(\S+)$/i.exec(context.get('Authorization')) ?? []
  return { bearer, remote: context.state['remote'] as string, correlationId: context.state['correlationId'] as string }
}

function ifMatchOf(context: Context): number | undefined {
  const text = context.get('If-Match')
  if (text === '' || text === '*') return undefined
  const [, version] = /^"(\d{1,15})"$/.exec(text) ?? []
  if (version === undefined) throw new KernelError('INVALID', 'If-Match is a resource version in quotes, such as "42"')
  return Number(version)
}

function idempotencyKeyOf(context: Context): string | undefined {
  const key = context.get('Idempotency-Key')
  if (key === '') return undefined
  if (!/^[\x21-\x7e]{1,128}$/.test(key)) throw new KernelError('INVALID', 'an Idempotency-Key has 1 to 128 visible ASCII characters')
  return key
}
