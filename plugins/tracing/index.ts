/**
 * Traces by OpenTelemetry: what a call does is one trace, from the request over its commit and the scheduler to the pod that runs. A pod
 * carries the trace as `traceparent`, so its node adds spans of its own (agents/node/tracing.ts). This is the API only: whoever wants
 * traces names a module that registers an SDK (STARK_TRACING); without one this plugin taps nothing and costs nothing.
 * Taps persist (pods are given their trace) and the operations' settled.
 * Source: https://opentelemetry.io/docs/languages/js/instrumentation/
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { IncomingMessage } from 'node:http'
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Span, type Tracer } from '@opentelemetry/api'
import { KernelError, type Draft, type Origin, type Plugin, type PluginKernel, type Pod } from '../../kernel/index.ts'
import { tellSteps } from './steps.ts'
import { contextOf, textOf } from './traceparent.ts'

/** Of requests, and of commits, that are under way. */
const SPANS_MAX = 10_000

/** What is known of an HTTP request before it is a call. */
interface Arrival {
  readonly at: Date
  readonly traceparent: string | undefined
}

export const tracing = (): Plugin => ({
  name: 'tracing',
  after: ['pods', 'history', 'events', 'rest'],
  apply(kernel) {
    const tracer = tracerOf()
    if (tracer) begin(kernel, tracer)
  },
})

/** @returns undefined unless an SDK is registered. Each copy of the API has a proxy of its own, and another may be the global one. */
function tracerOf(): Tracer | undefined {
  const provider = trace.getTracerProvider()
  return 'getDelegateTracer' in provider
    ? (provider as { getDelegateTracer(name: string): Tracer | undefined }).getDelegateTracer('stark')
    : provider.getTracer('stark')
}

function begin(kernel: PluginKernel, tracer: Tracer): void {
  const { hooks, operations, onApplied, onDurable, onStop } = kernel
  const arrivals = followArrivals(kernel)
  const requests = new Underway<string>()
  const commits = new Underway<number>()
  let newest = 0

  hooks.persist.tap('tracing', (draft) => {
    const { origin, changes, revision } = draft
    const made = changes.flatMap((change) =>
      change.kind === 'pods' && change.op === 'put' && !change.before ? [change.record as Pod] : [],
    )
    // What agents report belongs to the traces of their pods.
    if (origin.roles?.includes('node') || (origin.correlationId === undefined && made.length === 0)) return
    const known = origin.correlationId === undefined ? undefined : requests.get(origin.correlationId)
    const request = known ?? open(tracer, origin, arrivals.getStore())
    if (origin.correlationId === undefined) request.end()
    else if (!known) requests.put(origin.correlationId, request)
    for (const pod of made) carry(draft, pod, request)
    const attributes = { 'stark.revision': revision, 'stark.changes': changes.length }
    commits.put(revision, tracer.startSpan('commit', { attributes }, trace.setSpan(ROOT_CONTEXT, request)))
  })
  operations.settled.tap('tracing', ({ correlationId, error }) => {
    if (correlationId !== undefined) requests.end(correlationId, error)
  })
  onApplied(({ revision }) => {
    // What comes a second time is taken back, because the store refused it; the next commit has its number.
    const isUndone = revision <= newest
    if (isUndone) commits.end(revision, new Error('the store refused it'))
    newest = isUndone ? revision - 1 : revision
  })
  onDurable(({ revision, changes, at }) => {
    commits.end(revision, undefined)
    for (const change of changes) {
      if (change.kind === 'pods' && change.op === 'put' && change.before) {
        tellSteps(tracer, { before: change.before as Pod, after: change.record as Pod, at })
      }
    }
  })
  onStop(() => flush())
}

/** Requests as they arrive: before their calls are known, and before their bodies are read. */
function followArrivals({ need, onStart, onStop }: PluginKernel): AsyncLocalStorage<Arrival> {
  const arrivals = new AsyncLocalStorage<Arrival>()
  const listener = ({ headers }: IncomingMessage): void => {
    const { traceparent } = headers
    arrivals.enterWith({ at: new Date(), traceparent: typeof traceparent === 'string' ? traceparent : undefined })
  }
  onStart(() => void need('web').server.prependListener('request', listener))
  onStop(() => void need('web').server.off('request', listener))
  return arrivals
}

function open(tracer: Tracer, { operation, actorId, correlationId }: Origin, arrival: Arrival | undefined): Span {
  const attributes = { 'stark.actor.id': actorId, ...(correlationId === undefined ? {} : { 'stark.correlation_id': correlationId }) }
  const isCall = operation !== undefined
  const options = {
    kind: isCall ? SpanKind.SERVER : SpanKind.INTERNAL,
    attributes,
    ...(isCall && arrival ? { startTime: arrival.at } : {}),
  }
  return tracer.startSpan(operation ?? actorId, options, contextOf(isCall ? arrival?.traceparent : undefined))
}

function carry(draft: Draft, pod: Pod, request: Span): void {
  const traceparent = textOf(request.spanContext())
  if (traceparent !== undefined) draft.create('pods', { ...pod, traceparent })
}

/** Spans that have begun, by what ends them. Of too many the oldest is ended. */
class Underway<K> {
  readonly #spans = new Map<K, Span>()

  get(key: K): Span | undefined {
    return this.#spans.get(key)
  }

  put(key: K, span: Span): void {
    // A commit that was refused before it was applied has left its number to this one.
    this.end(key, undefined)
    this.#spans.set(key, span)
    if (this.#spans.size <= SPANS_MAX) return
    const [oldest] = this.#spans.keys()
    if (oldest !== undefined) this.end(oldest, undefined)
  }

  end(key: K, error: unknown): void {
    const span = this.#spans.get(key)
    this.#spans.delete(key)
    if (error !== undefined) {
      const message = error instanceof KernelError ? error.code : 'INTERNAL'
      span?.setStatus({ code: SpanStatusCode.ERROR, message })
    }
    span?.end()
  }
}

/** What an SDK has gathered goes out before the process ends, where it can be asked for that. */
async function flush(): Promise<void> {
  const provider = trace.getTracerProvider() as { getDelegate?(): object }
  const delegate = provider.getDelegate?.() ?? provider
  if ('forceFlush' in delegate && typeof delegate.forceFlush === 'function') await (delegate.forceFlush as () => Promise<void>)()
}
