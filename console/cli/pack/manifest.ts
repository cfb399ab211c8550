/** What a folder says of its pack: package.json with name, version, description and a field `stark`. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { Type, type Static } from 'typebox'
import { Check, Errors } from 'typebox/value'
import { Annotations, Labels, RuntimeTag, strict, Text } from '../../../kernel/schema/common.ts'
import { PackMetadata, PackName, SemVer, Visibility } from '../../../kernel/schema/pack.ts'
import { Failure } from '../failure.ts'

const PackSettings = strict({
  runtimeTag: Type.Optional(RuntimeTag),
  entry: Type.Optional(Type.String({ minLength: 1, maxLength: 1024 })),
  visibility: Type.Optional(Visibility),
  labels: Type.Optional(Labels),
  annotations: Type.Optional(Annotations),
  metadata: Type.Optional(PackMetadata),
})

/** The fields that are npm's own are not ours to judge. */
const PackageJson = Type.Object({
  name: PackName,
  version: SemVer,
  description: Type.Optional(Text),
  main: Type.Optional(Type.String()),
  stark: Type.Optional(PackSettings),
})

export interface Manifest {
  readonly folder: string
  /** Absolute. */
  readonly entry: string
  readonly name: string
  readonly version: string
  readonly description: string | undefined
  readonly settings: Static<typeof PackSettings> & { readonly runtimeTag: Static<typeof RuntimeTag> }
}

/** @throws Failure naming the file, and the field when it is one */
export async function readManifest(folder: string): Promise<Manifest> {
  const file = path.join(folder, 'package.json')
  const json = await readJson(file)
  if (!Check(PackageJson, json)) {
    const wrong = Errors(PackageJson, json)
      .filter(({ keyword }) => keyword !== 'boolean')
      .map(({ instancePath, message, params }) => `${pointer(instancePath)} ${message}${named(params)}`)
    throw new Failure('failed', `${file} does not describe a pack: ${wrong[0] ?? 'it is not an object'}`, { fields: wrong.slice(1) })
  }
  const { name, version, description, main, stark = {} } = json
  return {
    folder,
    entry: path.resolve(folder, stark.entry ?? main ?? 'src/index.ts'),
    name,
    version,
    description,
    settings: { ...stark, runtimeTag: stark.runtimeTag ?? 'universal' },
  }
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    if (error instanceof SyntaxError) throw new Failure('failed', `${file} is not JSON: ${error.message}`, { cause: error })
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new Failure('notFound', `there is no ${file}: "stark pack init NAME" makes a folder with one`, { cause: error })
  }
}

const pointer = (path: string): string => (path === '' ? 'it' : path.slice(1).replaceAll('/', '.'))

/** What a schema's message leaves out: which field, or which values. */
function named(params: object): string {
  const { requiredProperties, additionalProperties, allowedValues } = params as Readonly<Record<string, unknown>>
  const names = [requiredProperties, additionalProperties, allowedValues].find(Array.isArray)
  return names ? `: ${names.join(', ')}` : ''
}
