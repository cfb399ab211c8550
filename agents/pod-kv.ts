/**
 * The key-value store behind `context.kv`: JSON texts by namespace, in the agent's memory, for as long as the agent lives.
 * Three limits, so that pods cannot fill the agent.
 */
const KV_KEY_CHARACTERS_MAX = 512
const KV_VALUE_BYTES_MAX = 65_536
const KV_KEYS_MAX = 1000
/** Over all namespaces. */
const KV_BYTES_MAX = 64_000_000

export interface KeyValues {
  /** @returns JSON text */
  get(namespace: string, key: string): string | undefined
  /** @returns why not, when a limit is reached */
  set(namespace: string, key: string, json: string): string | undefined
  delete(namespace: string, key: string): void
}

export function memoryKeyValues({ bytesMax = KV_BYTES_MAX }: { bytesMax?: number } = {}): KeyValues {
  const namespaces = new Map<string, Map<string, string>>()
  let bytes = 0
  return {
    get: (namespace, key) => namespaces.get(namespace)?.get(key),
    set(namespace, key, json) {
      const values = namespaces.get(namespace) ?? new Map<string, string>()
      const before = values.get(key)
      const growth = sizeOf(key, json) - (before === undefined ? 0 : sizeOf(key, before))
      const refusal = refuse({ key, json, keys: before === undefined ? values.size : 0, bytes: bytes + growth, bytesMax })
      if (refusal) return refusal
      bytes += growth
      values.set(key, json)
      namespaces.set(namespace, values)
      return undefined
    },
    delete(namespace, key) {
      const values = namespaces.get(namespace)
      const before = values?.get(key)
      if (!values || before === undefined) return
      bytes -= sizeOf(key, before)
      values.delete(key)
      if (values.size === 0) namespaces.delete(namespace)
    },
  }
}

interface Attempt {
  readonly key: string
  readonly json: string
  /** Keys that are there, when this would be one more. */
  readonly keys: number
  readonly bytes: number
  readonly bytesMax: number
}

function refuse({ key, json, keys, bytes, bytesMax }: Attempt): string | undefined {
  if (key.length > KV_KEY_CHARACTERS_MAX) return `the key has ${key.length} characters, and ${KV_KEY_CHARACTERS_MAX} is the most`
  const size = new TextEncoder().encode(json).byteLength
  if (size > KV_VALUE_BYTES_MAX) return `the value of ${key} has ${size} bytes of JSON, and ${KV_VALUE_BYTES_MAX} is the most`
  if (keys >= KV_KEYS_MAX) return `the namespace has ${keys} keys on this node, and ${KV_KEYS_MAX} is the most`
  if (bytes > bytesMax) return `the key-value store of this node is full: ${bytesMax} bytes is the most`
  return undefined
}

/** What a pair costs in memory: a string holds two bytes a character at worst. */
const sizeOf = (key: string, json: string): number => 2 * (key.length + json.length)
