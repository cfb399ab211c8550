/** The schema of each operation's input, from the document that the server makes of what it validates by. Asked for once. */
import { Refusal, send } from '../http.ts'
import type { Schema } from './schema.ts'

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}
interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly 'x-stark-permission': string | null
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> }
}

let document: Promise<Document> | undefined

/** What is sent in the body of an operation; what stands in its path is the page's to know. @throws Refusal when it cannot be had */
export async function schemaOf(name: string): Promise<Schema> {
  const operation = (await operations()).find(({ operationId }) => operationId === name)
  if (!operation) throw new Refusal(`the server has no operation ${name}`, { status: undefined })
  return operation.requestBody?.content['application/json']?.schema ?? { type: 'object', properties: {} }
}

/** Which permission each operation needs, by name. @throws Refusal when it cannot be had */
export async function permissionsNeeded(): Promise<ReadonlyMap<string, string | null>> {
  return new Map((await operations()).map((operation) => [operation.operationId, operation['x-stark-permission']]))
}

async function operations(): Promise<readonly Operation[]> {
  document ??= send<Document>('GET', '/openapi.json').catch((error: unknown) => {
    document = undefined
    throw error
  })
  const { paths } = await document
  return Object.values(paths).flatMap((methods) => Object.values(methods))
}

/** Of an object, only these fields, in this order. */
export function picked(schema: Schema, names: readonly string[]): Schema {
  const { properties = {}, required = [] } = schema
  const kept = names.flatMap((name) => (properties[name] ? [[name, properties[name]] as const] : []))
  return { ...schema, properties: Object.fromEntries(kept), required: required.filter((name) => names.includes(name)) }
}
