/** Freezes a record and all that it holds. Parts that are frozen already are shared between records and not walked again. */
export function freeze<T extends object>(record: T): T {
  if (Object.isFrozen(record)) return record
  freezeParts(record)
  return Object.freeze(record)
}

/** Freezes what the fields hold. */
export function freezeParts(fields: object): void {
  // Records are plain objects: for-in makes no list of keys.
  for (const field in fields) {
    const value: unknown = (fields as Record<string, unknown>)[field]
    if (typeof value === 'object' && value !== null) freeze(value)
  }
}
