/** The steps of a pod as spans, told from its records once they are durable: so a trace goes on over restarts, and nothing is held meanwhile. */
import { SpanStatusCode, type Tracer } from '@opentelemetry/api'
import { isEnded, type Pod } from '../../kernel/index.ts'
import { contextOf } from './traceparent.ts'

interface Step {
  readonly name: string
  /** RFC 3339; null where it is not known. */
  readonly since: string | null
  readonly hasFailed?: boolean
}

/** @param at epoch ms, of the change */
export function tellSteps(tracer: Tracer, { before, after, at }: { before: Pod; after: Pod; at: number }): void {
  if (!after.traceparent) return
  const parent = contextOf(after.traceparent)
  const attributes = {
    'stark.pod.id': after.id,
    'stark.pod.name': after.name,
    'stark.pod.namespace': after.namespace,
    'stark.pod.incarnation': after.incarnation,
    'stark.pack': `${after.packName}@${after.packVersion}`,
    ...(after.nodeId === null ? {} : { 'stark.node.id': after.nodeId }),
  }
  for (const { name, since, hasFailed } of stepsOf(before, after)) {
    const startTime = new Date(since ?? at)
    const span = tracer.startSpan(name, { startTime, attributes }, parent)
    if (hasFailed) span.setStatus({ code: SpanStatusCode.ERROR, message: after.statusMessage })
    span.end(new Date(Math.max(at, startTime.getTime())))
  }
}

function stepsOf(before: Pod, after: Pod): Step[] {
  const steps: Step[] = []
  const becomes = (from: Pod['status'], to: Pod['status']) => before.status === from && after.status === to
  if (before.nodeId === null && after.nodeId !== null) steps.push({ name: 'pod.schedule', since: after.createdAt })
  if (becomes('scheduled', 'starting')) steps.push({ name: 'pod.deliver', since: before.scheduledAt })
  if (becomes('starting', 'running')) steps.push({ name: 'pod.start', since: before.updatedAt })
  if (!before.ready && after.ready) steps.push({ name: 'pod.ready', since: after.startedAt })
  if (!isEnded(before) && isEnded(after)) {
    steps.push({ name: 'pod.run', since: before.startedAt, hasFailed: after.status === 'failed' })
  }
  return steps
}
