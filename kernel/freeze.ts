/** Freezes a record and all that it holds. Parts that are frozen already are shared between records and not walked again. */
export function freeze<T extends object>(record: T): T {
  if (Object.isFrozen(record)) return record
  Object.freeze(record)
  for (const value of Object.values(record)) if (typeof value === 'object' && value !== null) freeze(value)
  return record
}
