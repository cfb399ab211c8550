/**
 * What a start costs on this machine, as spans of the pod's trace, which its record carries. The API of OpenTelemetry only: without an SDK
 * (STARK_TRACING) nothing is recorded.
 */
import { isSpanContextValid, ROOT_CONTEXT, SpanStatusCode, trace, type Span } from '@opentelemetry/api'
import type { Pod } from '../../kernel/schema/pod.ts'
import type { PodEvents } from '../runtime.ts'

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/

/** From the word that the pod is to start until its pack runs, with the fetching of its bundle inside. */
export class StartTrace {
  readonly #span: Span
  #hasEnded = false

  constructor({ id, name, incarnation, traceparent }: Pod, node: { readonly name: string }) {
    const [, traceId = '', spanId = '', flags = '00'] = TRACEPARENT.exec(traceparent ?? '') ?? []
    const parent = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true }
    const context = isSpanContextValid(parent) ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT
    const attributes = { 'stark.pod.id': id, 'stark.pod.name': name, 'stark.pod.incarnation': incarnation, 'stark.node.name': node.name }
    this.#span = trace.getTracer('stark').startSpan('agent.start', { attributes }, context)
  }

  async fetching<T>(fetch: () => Promise<T>): Promise<T> {
    const span = trace.getTracer('stark').startSpan('agent.bundle', {}, trace.setSpan(ROOT_CONTEXT, this.#span))
    try {
      return await fetch()
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR })
      this.end(error)
      throw error
    } finally {
      span.end()
    }
  }

  /** The same events, which end it: that it runs, or that it came to its end before. */
  watched(events: PodEvents): PodEvents {
    return {
      ...events,
      onRunning: () => {
        this.end()
        events.onRunning()
      },
      onExit: (exit) => {
        this.end(exit.exit.error ?? undefined)
        events.onExit(exit)
      },
    }
  }

  end(error?: unknown): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    if (error !== undefined) this.#span.setStatus({ code: SpanStatusCode.ERROR })
    this.#span.end()
  }
}
