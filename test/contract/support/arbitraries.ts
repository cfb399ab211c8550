/** Random records of a schema, as nasty as the schema allows: texts with NUL and halves of surrogates, times of any precision. */
import fc, { type Arbitrary } from 'fast-check'
import { Id, SemVer, Time, type Entity } from '../../../kernel/schema/index.ts'

/** The part of JSON Schema that ours use. */
interface Schema {
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly patternProperties?: Readonly<Record<string, Schema>>
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
}

const FEW = 3
const WIDE = 2_000_000_000

/** @param type a TypeBox schema, which is a JSON Schema */
export const recordOf = (type: object): Arbitrary<Entity> => arbitrary(type) as Arbitrary<Entity>

function arbitrary(schema: Schema): Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(arbitrary))
  if (schema.pattern === (Time as Schema).pattern) return time
  if (schema.pattern === (Id as Schema).pattern) return fc.uuid()
  // Its expression knows no end; the schema has a maxLength beside it.
  if (schema.pattern === (SemVer as Schema).pattern) return fc.constantFrom('1.0.0', '0.10.2', '2.0.0-rc.1+build.5')
  switch (schema.type) {
    case 'null':
      return fc.constant(null)
    case 'boolean':
      return fc.boolean()
    case 'integer':
      return fc.integer({ min: schema.minimum ?? -WIDE, max: Math.min(schema.maximum ?? WIDE, WIDE) })
    case 'number':
      return fc.double({ min: schema.minimum ?? -1e9, max: schema.maximum ?? 1e9, noNaN: true })
    case 'string':
      return schema.pattern ? fc.stringMatching(new RegExp(schema.pattern)) : text
    case 'array':
      return fc.array(arbitrary(schema.items ?? {}), { maxLength: FEW })
    case 'object':
      return schema.patternProperties ? dictionary(schema.patternProperties) : object(schema)
    case undefined:
    default:
      return fc.jsonValue()
  }
}

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', 'NUL \0 inside', 'half \ud800', '\udc00', '\\u0000', '{"$json":1}'),
)

/** Real moments only, in each form that the schema takes. */
const time = fc
  .tuple(
    fc.date({ min: new Date('0001-01-02T00:00:00Z'), max: new Date('9999-12-30T00:00:00Z'), noInvalidDate: true }),
    fc.constantFrom('ms', 'ms', 'ms', 's', 'us'),
  )
  .map(([date, form]) => {
    const iso = date.toISOString()
    if (form === 's') return `${iso.slice(0, 19)}Z`
    return form === 'us' ? iso.replace('Z', '123Z') : iso
  })

const dictionary = (patterns: Readonly<Record<string, Schema>>) => {
  const [[pattern, value] = ['', {}]] = Object.entries(patterns)
  return fc.dictionary(fc.stringMatching(new RegExp(pattern)), arbitrary(value), { maxKeys: FEW })
}

const object = ({ properties = {}, required = [] }: Schema) =>
  fc.record(Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, arbitrary(schema)])), {
    requiredKeys: [...required],
  })
