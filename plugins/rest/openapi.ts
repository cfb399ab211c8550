/** The OpenAPI document, made from the schemas that validate. Source: https://spec.openapis.org/oas/v3.1.0 */
import { Type, type TSchema } from 'typebox'
import { codes, type Operation } from '../../kernel/index.ts'
import { isInQuery, methodOf, pathFields, pathOf, takesJson } from './input.ts'

const Problem = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  code: Type.Enum(Object.keys(codes)),
  detail: Type.String(),
  retryable: Type.Boolean(),
  correlationId: Type.String(),
  errors: Type.Optional(Type.Array(Type.Object({ path: Type.String(), message: Type.String() }))),
  details: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
})

export function openapi(operations: readonly Operation[]): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const operation of operations) {
    const path = pathOf(operation).replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [methodOf(operation).toLowerCase()]: describe(operation) }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Stark', version: '0.1.0', description: 'An orchestrator for JavaScript. Errors are RFC 9457 problem documents.' },
    security: [{ bearer: [] }],
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      schemas: { Problem },
      responses: {
        Problem: {
          description: 'what went wrong',
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
    },
  }
}

function describe(operation: Operation): object {
  const { name, summary, permission, status = 200, output, errors = [] } = operation
  return {
    operationId: name,
    summary,
    tags: [name.split('.')[0]],
    ...(permission === null ? { security: [] } : { description: `Needs the permission ${permission}.` }),
    parameters: parametersOf(operation),
    ...bodyOf(operation),
    responses: {
      [status]: { description: 'done', ...(status === 204 ? {} : { content: contentOf(operation, output) }) },
      default: { $ref: '#/components/responses/Problem' },
    },
    'x-stark-errors': errors,
    'x-stark-permission': permission,
  }
}

function contentOf({ gives }: Operation, schema: TSchema): object {
  if (gives === 'bytes') return { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } }
  return { 'application/json': { schema }, ...(gives === 'lines' ? { 'application/x-ndjson': { schema: { type: 'object' } } } : {}) }
}

function parametersOf(operation: Operation): object[] {
  const { input, isIdempotent } = operation
  const required = input.required ?? []
  const inPath = pathFields(operation)
  const fields = Object.entries(input.properties as Record<string, TSchema>).filter(
    ([field]) => inPath.includes(field) || isInQuery(operation, field),
  )
  const header = { name: 'Idempotency-Key', in: 'header', required: false, schema: { type: 'string', maxLength: 128 } }
  return [
    ...fields.map(([name, schema]) => ({
      name,
      in: inPath.includes(name) ? 'path' : 'query',
      required: inPath.includes(name) || required.includes(name),
      schema,
    })),
    ...(isIdempotent ? [header] : []),
  ]
}

function bodyOf(operation: Operation): object {
  const { input, bytes } = operation
  if (bytes !== undefined)
    return { requestBody: { required: true, content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } } } }
  if (!takesJson(operation)) return {}
  const elsewhere = (field: string) => pathFields(operation).includes(field) || isInQuery(operation, field)
  const properties = Object.fromEntries(Object.entries(input.properties).filter(([field]) => !elsewhere(field)))
  const required = (input.required ?? []).filter((field) => !elsewhere(field))
  const schema = { type: 'object', properties, required, additionalProperties: false }
  return { requestBody: { required: required.length > 0, content: { 'application/json': { schema } } } }
}
