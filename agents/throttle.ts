/** Hands on a value at once, then at most one an interval: the latest. */

export interface Throttle<T> {
  write(value: T): void
  /** Hands on what is held back, now. */
  flush(): void
}

export function throttleLatest<T>(handOn: (value: T) => void, intervalMs: number): Throttle<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  let held: { readonly value: T } | undefined
  const take = (): { readonly value: T } | undefined => {
    clearTimeout(timer)
    timer = undefined
    const latest = held
    held = undefined
    return latest
  }
  const write = (value: T): void => {
    if (timer !== undefined) {
      held = { value }
      return
    }
    timer = setTimeout(() => {
      const latest = take()
      if (latest) write(latest.value)
    }, intervalMs)
    handOn(value)
  }
  return {
    write,
    flush() {
      const latest = take()
      if (latest) handOn(latest.value)
    },
  }
}
