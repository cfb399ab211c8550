/** Turns whatever a pod put on its port into a message of the protocol with bounded texts, or into nothing. */
import type { FromPod, LogFields, PodFailure, PodReport } from './pod-messages.ts'
import {
  cut,
  ERROR_MESSAGE_CHARACTERS_MAX,
  ERROR_NAME_CHARACTERS_MAX,
  ERROR_STACK_CHARACTERS_MAX,
  LOG_FIELDS_CHARACTERS_MAX,
  RESULT_BYTES_MAX,
  STATUS_CHARACTERS_MAX,
} from './pack-runtime.ts'

/** @returns undefined for what is no JSON, which is refused like any other nonsense */
export function parseMessage(text: unknown): unknown {
  if (typeof text !== 'string') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const LEVELS = ['debug', 'info', 'warn', 'error'] as const

/** @returns undefined for what is not in the protocol */
export function readMessage(raw: unknown): FromPod | undefined {
  if (!isObject(raw)) return undefined
  const { type, id, value, text } = raw
  if (type === 'waiting' || type === 'running' || type === 'ready') return { type }
  if (type === 'exit') return readReport(raw)
  if (type === 'status' && typeof text === 'string') return { type, text: cut(text, STATUS_CHARACTERS_MAX) }
  if (type === 'progress' && typeof value === 'number' && value >= 0 && value <= 1) return { type, value }
  if (type === 'memory' && isCount(raw.bytes)) return { type, bytes: raw.bytes }
  if (type === 'log' && typeof text === 'string') {
    const level = LEVELS.find((each) => each === raw.level)
    return level && { type, level, text, ...readFields(raw.fields) }
  }
  if (type === 'answer' && isCount(id)) return { type, id, value: raw.value ?? null }
  if (type === 'failure' && isCount(id) && typeof raw.message === 'string')
    return { type, id, message: cut(raw.message, ERROR_MESSAGE_CHARACTERS_MAX) }
  if (type === 'call' && isCount(id) && typeof raw.operation === 'string') return { type, id, operation: raw.operation, input: raw.input }
  return undefined
}

/** Nothing for what is no object of JSON, or too long: the text says it too. */
function readFields(fields: unknown): { readonly fields?: LogFields } {
  if (!isObject(fields) || Array.isArray(fields)) return {}
  try {
    const json = JSON.stringify(fields)
    return json.length > LOG_FIELDS_CHARACTERS_MAX ? {} : { fields: JSON.parse(json) as LogFields }
  } catch {
    return {}
  }
}

function readReport({ status, isLoadError, result, error }: Readonly<Record<string, unknown>>): PodReport | undefined {
  if (status !== 'succeeded' && status !== 'failed' && status !== 'stopped') return undefined
  if (typeof isLoadError !== 'boolean' || typeof result !== 'string' || !isShortJson(result)) return undefined
  if (error !== null && !isObject(error)) return undefined
  return { type: 'exit', status, isLoadError, result, error: error && readFailure(error) }
}

const readFailure = ({ name, message, stack }: Readonly<Record<string, unknown>>): PodFailure => ({
  name: cut(textOr(name, 'Error'), ERROR_NAME_CHARACTERS_MAX),
  message: cut(textOr(message, ''), ERROR_MESSAGE_CHARACTERS_MAX),
  stack: cut(textOr(stack, ''), ERROR_STACK_CHARACTERS_MAX),
})

function isShortJson(text: string): boolean {
  if (text.length > RESULT_BYTES_MAX || new TextEncoder().encode(text).byteLength > RESULT_BYTES_MAX) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
const textOr = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise)
