/**
 * The operations that the server offers, read from its OpenAPI document. The document is kept per server, so that help works
 * offline and a server that knows it is unchanged need not send it again.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { serverSlug } from './address.ts'
import { Api, anonymous } from './api.ts'
import { Failure } from './failure.ts'

/** The part of JSON Schema that flags are made from. */
export interface Schema {
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Schema[]
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly patternProperties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly description?: string
  readonly default?: unknown
  /** Taken and never shown. */
  readonly writeOnly?: boolean
}

export interface Field {
  readonly name: string
  readonly in: 'path' | 'query' | 'body'
  readonly isRequired: boolean
  readonly schema: Schema
}

export interface Operation {
  /** noun.verb */
  readonly id: string
  readonly noun: string
  readonly verb: string
  readonly summary: string
  readonly method: string
  /** With {name} for what is filled in. */
  readonly path: string
  readonly permission: string | null
  readonly fields: readonly Field[]
  readonly isIdempotent: boolean
  /** Its body or its answer can be a file or a stream, and not one piece of JSON. */
  readonly isRaw: boolean
}

interface Kept {
  readonly etag: string | null
  readonly document: unknown
}

/** @throws Failure when the server cannot be reached and `canBeOld` is false, or nothing was kept */
export async function loadOperations(server: string, { folder, canBeOld }: { folder: string; canBeOld: boolean }): Promise<Operation[]> {
  const file = path.join(folder, 'cache', `${serverSlug(server)}.json`)
  const kept = await readKept(file)
  try {
    return operationsOf(await fetchDocument(server, file, kept))
  } catch (error) {
    if (canBeOld && kept && error instanceof Failure && error.kind === 'unreachable') return operationsOf(kept.document)
    throw error
  }
}

async function fetchDocument(server: string, file: string, kept: Kept | undefined): Promise<unknown> {
  const headers = kept?.etag ? { 'if-none-match': kept.etag } : {}
  const response = await new Api(server, anonymous).openUnlessSame({ method: 'GET', path: '/openapi.json', headers })
  if (!response) return kept?.document
  const document: unknown = await response.json()
  await keep(file, { etag: response.headers.get('etag'), document })
  return document
}

async function readKept(file: string): Promise<Kept | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Kept
  } catch (error) {
    // A file that cannot be read or parsed is written anew.
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

async function keep(file: string, kept: Kept): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
  const partial = `${file}.${process.pid}.partial`
  await writeFile(partial, JSON.stringify(kept), { mode: 0o600 })
  await rename(partial, file)
}

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>
}
interface Described {
  readonly operationId: string
  readonly summary: string
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean; readonly schema: Schema }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> }
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>
  readonly 'x-stark-permission'?: string | null
}

const RAW = ['application/octet-stream', 'application/x-ndjson']

/** @throws Failure when the document is not an OpenAPI document */
export function operationsOf(document: unknown): Operation[] {
  if (typeof document !== 'object' || document === null || !('paths' in document)) {
    throw new Failure('failed', 'what the server serves as /openapi.json is no OpenAPI document: is it a Stark server?')
  }
  const { paths } = document as OpenApi
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => operationOf(path, method.toUpperCase(), described)),
  )
}

function operationOf(path: string, method: string, described: Described): Operation {
  const { operationId: id, summary, parameters = [], requestBody, responses } = described
  const [noun = id, verb = ''] = id.split('.')
  const inUrl = parameters.flatMap(({ name, in: where, required = false, schema }): Field[] =>
    where === 'path' || where === 'query' ? [{ name, in: where, isRequired: required, schema }] : [],
  )
  const contents = [requestBody?.content, ...Object.values(responses).map(({ content }) => content)]
  return {
    id,
    noun,
    verb,
    summary,
    method,
    path,
    permission: described['x-stark-permission'] ?? null,
    fields: [...inUrl, ...bodyFields(requestBody?.content['application/json']?.schema)],
    isIdempotent: parameters.some(({ name, in: where }) => where === 'header' && name === 'Idempotency-Key'),
    isRaw: contents.some((content) => RAW.some((type) => content && type in content)),
  }
}

const bodyFields = ({ properties = {}, required = [] }: Schema = {}): Field[] =>
  Object.entries(properties).map(([name, schema]) => ({ name, in: 'body', isRequired: required.includes(name), schema }))
