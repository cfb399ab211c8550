/**
 * What every object shares: ids, times, names, labels, and the few shapes that more than one noun uses.
 * Units: cpu in millicores, memory and storage in MB (10^6 bytes), times in RFC 3339 UTC, durations in the field's name.
 * Source of the label rules: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/
 */
import { Type, type Static, type TProperties } from 'typebox'

/** An object that refuses fields it does not name, so that a misspelt one is an error and not silence. */
export const strict = <P extends TProperties>(properties: P, options: { description?: string } = {}) =>
  Type.Object(properties, { additionalProperties: false, ...options })

export const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()])

export const Id = Type.String({ pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$', description: 'a uuid' })

/** Only days that there are: the 30th of February has the form of a time, and would be one that nothing can be compared with. */
const LEAP_YEAR = '(?:\\d\\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][48]|[13579][26]|[2468]0)00)'
const DAY_OF_YEAR = '(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|02-(?:0[1-9]|1\\d|2[0-8])'
const TIME_OF_DAY = '(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{1,6})?'
export const Time = Type.String({
  pattern: `^(?!0000)(?:\\d{4}-(?:${DAY_OF_YEAR})|${LEAP_YEAR}-02-29)T${TIME_OF_DAY}Z$`,
  description: 'RFC 3339, UTC',
})
export const Revision = Type.Integer({ minimum: 0, description: "the cluster's revision at the object's last change" })

/** An id, or a name where names are unique. */
export const Ref = Type.String({ minLength: 1, maxLength: 253, description: 'an id, or a name where names are unique' })
export const DnsLabel = Type.String({
  pattern: '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$',
  description: 'lower-case letters, digits and "-", 63 at most, a letter or digit at both ends',
})
export const DnsName = Type.String({
  pattern: '^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$',
  description: 'lower-case letters, digits, "-" and ".", 253 at most, a letter or digit at both ends',
})
export const Text = Type.String({ maxLength: 2000 })

const LABEL_KEY = '^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$'
const LABEL_VALUE = '^([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$'
const PAIRS_MAX = 256

export const LabelKey = Type.String({ pattern: LABEL_KEY, description: 'prefix/name; the name has 63 characters at most' })
export const LabelValue = Type.String({ pattern: LABEL_VALUE, description: '63 characters at most' })
export const Labels = Type.Record(LabelKey, LabelValue, { additionalProperties: false, maxProperties: PAIRS_MAX })
export type Labels = Static<typeof Labels>
export const Annotations = Type.Record(LabelKey, Type.String({ maxLength: 64_000 }), {
  additionalProperties: false,
  maxProperties: PAIRS_MAX,
})

/** What every object carries. */
export const Meta = { id: Id, createdAt: Time, updatedAt: Time, resourceVersion: Revision }

/** The least that the kernel must know of a record. */
export interface Entity {
  readonly id: string
  readonly createdAt: string
  readonly updatedAt: string
  readonly resourceVersion: number
}

const Amount = Type.Integer({ minimum: 0, maximum: 2_000_000_000 })
const amounts = {
  cpu: Type.Optional(Type.Integer({ minimum: 0, maximum: 2_000_000_000, description: 'millicores' })),
  memory: Type.Optional(Type.Integer({ minimum: 0, maximum: 2_000_000_000, description: 'MB, 10^6 bytes' })),
  storage: Type.Optional(Type.Integer({ minimum: 0, maximum: 2_000_000_000, description: 'MB, 10^6 bytes' })),
}
/** What a pod asks for; an absent amount was not asked for, which is not the same as 0. */
export const Amounts = strict(amounts)
export type Amounts = Static<typeof Amounts>
export const Resources = strict({ requests: Amounts, limits: Amounts })
export type Resources = Static<typeof Resources>
/** What a node offers, or what its pods hold of it. */
export const Capacity = strict({ cpu: Amount, memory: Amount, storage: Amount, pods: Amount })
export type Capacity = Static<typeof Capacity>

export const RuntimeType = Type.Enum(['node', 'browser'])
export type RuntimeType = Static<typeof RuntimeType>
export const RuntimeTag = Type.Enum(['node', 'browser', 'universal'])
export type RuntimeTag = Static<typeof RuntimeTag>

/** A page of a list. */
export const Page = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100, description: 'items in this page, 100 unless told' })),
  cursor: Type.Optional(Type.String({ maxLength: 512, description: 'nextCursor of the page before' })),
}
export const Listing = <T extends Type.TSchema>(item: T) => strict({ items: Type.Array(item), nextCursor: nullable(Type.String()) })
