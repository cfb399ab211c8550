/**
 * Logs of pods: a bounded ring each, kept after the pod has ended and followed live. Agents send lines until they are told that
 * these are stored, and again after a restart of either side; lines that are known already are dropped by their number.
 * Adds the operations pods.logs and pods.appendLogs.
 */
import { Type } from 'typebox'
import {
  Id,
  invalid,
  isEnded,
  KernelError,
  lookUp,
  nullable,
  Pod,
  Ref,
  strict,
  type Call,
  type Plugin,
  type PluginKernel,
} from '../../kernel/index.ts'
import type { LogLine } from '../services.ts'
import { Filter, LEVELS, matcherOf } from './filter.ts'
import { LINES_MAX, seqOf, type Ring } from './ring.ts'
import { Rings } from './rings.ts'

const LINES_PER_CALL = 500
const LINE_CHARACTERS_MAX = 16_384

const Level = Type.Enum([...LEVELS])
const FIELDS_MAX = 256
const Fields = Type.Record(Type.String(), Type.Unknown(), {
  maxProperties: FIELDS_MAX,
  description: 'the object that the pack logged with the text',
})
const Line = strict({
  seq: Type.Integer({ description: 'grows; has gaps between incarnations' }),
  at: Type.String(),
  level: Level,
  text: Type.String(),
  incarnation: Type.Integer(),
  fields: Type.Optional(Fields),
})
const Sent = strict({
  number: Type.Integer({ minimum: 1, maximum: 999_999_999, description: 'counts the lines of this incarnation from 1' }),
  at: Type.String({ maxLength: 32 }),
  level: Level,
  text: Type.String({ maxLength: LINE_CHARACTERS_MAX }),
  fields: Type.Optional(Fields),
})

export const logs = (): Plugin => ({
  name: 'logs',
  after: ['pods', 'supabase'],
  apply(kernel) {
    let rings: Rings | undefined
    const open = () => (rings ??= new Rings(kernel.need('logStore'), kernel.clock))
    defineAppend(kernel, open)
    defineRead(kernel, open)
    kernel.onDurable(async ({ changes }) => {
      const pods = changes.filter(({ kind }) => kind === 'pods')
      const gone = pods.filter(({ op }) => op === 'delete').map(({ id }) => id)
      for (const { id } of pods) if (rings) await rings.wake(id)
      if (gone.length > 0) await open().delete(gone)
    })
  },
})

function defineAppend({ operations, durable, need }: PluginKernel, rings: () => Rings): void {
  operations.define({
    name: 'pods.appendLogs',
    summary: 'A node sends lines of a pod; the answer says that they are stored',
    http: 'POST /api/pods/:id/logs',
    permission: 'pods:report',
    input: strict({ id: Id, incarnation: Type.Integer({ minimum: 1 }), lines: Type.Array(Sent, { maxItems: LINES_PER_CALL }) }),
    output: strict({ stored: Type.Integer({ description: 'the number of the last line' }) }),
    takesAnyText: true,
    errors: ['NOT_FOUND', 'INVALID', 'STORE_UNAVAILABLE'],
    async handle({ id, incarnation, lines }, { who }) {
      const pod = durable.get('pods', id)
      if (!pod || pod.nodeId !== who.id) throw new KernelError('NOT_FOUND', `no pod ${id} is on this node`)
      if (incarnation > pod.incarnation) {
        throw invalid([
          { path: '/incarnation', message: `is ${incarnation}, and the pod has not been started more than ${pod.incarnation} times` },
        ])
      }
      const translate = async (text: string) => (await need('sourceMaps').translate(pod.packId, text)).slice(0, LINE_CHARACTERS_MAX)
      await rings().add(
        id,
        await Promise.all(
          lines.map(async ({ number, text, ...line }) => ({
            ...line,
            text: await translate(text),
            incarnation,
            seq: seqOf(incarnation, number),
          })),
        ),
      )
      return { stored: lines.at(-1)?.number ?? 0 }
    },
  })
}

function defineRead({ operations, durable }: PluginKernel, rings: () => Rings): void {
  operations.define({
    name: 'pods.logs',
    summary: "A pod's log, oldest first; with follow=true as lines of JSON, until the pod has ended",
    http: 'GET /api/pods/:id/logs',
    permission: 'pods:read',
    gives: 'lines',
    input: strict({
      id: Ref,
      namespace: Type.Optional(Pod.properties.namespace),
      follow: Type.Optional(Type.Boolean()),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: LINES_MAX })),
      cursor: Type.Optional(Type.String({ pattern: '^\\d{1,16}$' })),
      ...Filter.properties,
    }),
    output: strict({ items: Type.Array(Line), nextCursor: nullable(Type.String()) }),
    errors: ['NOT_FOUND'],
    async handle({ id, namespace = 'default', follow = false, limit = LINES_MAX, cursor = '0', ...filter }, call) {
      const pod = lookUp(durable, 'pods', { ref: id, rule: 'name', key: `${namespace}/${id}` })
      if (call.who.kind === 'node' && pod.nodeId !== call.who.id) throw new KernelError('NOT_FOUND', `no pod ${id} is on this node`)
      const ring = await rings().of(pod.id)
      const { tail, previous = false } = filter
      // Of a first run there is none before: no line is of incarnation 0.
      const isWanted = matcherOf(filter, previous ? (ring.incarnationBefore(pod.incarnation) ?? 0) : undefined)
      const wanted = ring.after(Number(cursor)).filter(isWanted)
      const kept = tail === undefined ? wanted : wanted.slice(wanted.length - Math.min(tail, wanted.length))
      if (follow) {
        const from = kept[0] ? kept[0].seq - 1 : tail === undefined ? Number(cursor) : ring.lastSeq
        return lines({ ring, from, isWanted, call, hasEnded: () => previous || hasEnded(durable.get('pods', pod.id)) })
      }
      const items = kept.slice(0, limit)
      return { items, nextCursor: items.length < kept.length ? String(items.at(-1)?.seq) : null }
    },
  })
}

const hasEnded = (pod: Pod | undefined): boolean => !pod || isEnded(pod)

interface Following {
  readonly ring: Ring
  readonly from: number
  readonly isWanted: (line: LogLine) => boolean
  readonly call: Call
  readonly hasEnded: () => boolean
}

async function* lines({ ring, from, isWanted, call, hasEnded }: Following): AsyncGenerator<LogLine> {
  let seq = from
  let wake: () => void = () => undefined
  const unfollow = ring.follow(() => wake())
  call.signal?.addEventListener('abort', () => wake(), { once: true })
  try {
    while (!call.signal?.aborted) {
      // Asked before reading: what came before the end is read once more after it is known.
      const isLast = hasEnded()
      const woken = new Promise<void>((resolve) => {
        wake = resolve
      })
      for (const line of ring.after(seq)) {
        if (isWanted(line)) yield line
        seq = line.seq
      }
      if (isLast && ring.lastSeq <= seq) return
      if (ring.lastSeq <= seq) await woken
    }
  } finally {
    unfollow()
  }
}
