/** A pack: one immutable version of a JavaScript bundle. */
import { Type, type Static } from 'typebox'
import { Annotations, Id, Labels, Meta, nullable, RuntimeTag, strict, Text } from './common.ts'

export const PackName = Type.String({
  pattern: '^(@[a-z0-9][a-z0-9._-]{0,62}/)?[a-z0-9][a-z0-9._-]{0,62}$',
  description: 'lower-case letters, digits, ".", "_" and "-", 63 at most, optionally behind @scope/',
})
/** Source: https://semver.org, its own regular expression. */
export const SemVer = Type.String({
  maxLength: 128,
  pattern:
    '^(0|[1-9]\\d*)\\.(0|[1-9]\\d*)\\.(0|[1-9]\\d*)(?:-((?:0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\\.(?:0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\\+([0-9a-zA-Z-]+(?:\\.[0-9a-zA-Z-]+)*))?$',
  description: 'a semantic version such as 1.2.3',
})
export const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'a sha-256 in hexadecimal' })
/** A variable of the environment: what a pod finds in context.env. */
export const Env = Type.Record(Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]{0,127}$' }), Type.String({ maxLength: 32_768 }), {
  additionalProperties: false,
  maxProperties: 256,
})

export const Bundle = strict({ path: Type.String(), sha256: Sha256, bytes: Type.Integer({ minimum: 1 }) })
export type Bundle = Static<typeof Bundle>

export const PackMetadata = strict({
  env: Type.Optional(Env),
  timeoutSeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 31_536_000 })),
  minNodeVersion: Type.Optional(SemVer),
  isolation: Type.Optional(Type.Enum(['process', 'worker'])),
})
export type PackMetadata = Static<typeof PackMetadata>

export const Visibility = Type.Enum(['private', 'public'])

export const Pack = strict({
  ...Meta,
  name: PackName,
  version: SemVer,
  runtimeTag: RuntimeTag,
  ownerId: nullable(Id),
  visibility: Visibility,
  description: Text,
  bundle: nullable(Bundle),
  metadata: PackMetadata,
  labels: Labels,
  annotations: Annotations,
})
export type Pack = Static<typeof Pack>
