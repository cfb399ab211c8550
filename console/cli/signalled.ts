/** Ctrl-C and its like, for commands that go on until they are told to stop. */

/** The first signal stops in order; a second one ends at once. */
export function signalled(): Promise<void> {
  return new Promise((resolve) => {
    let isFirst = true
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        if (!isFirst) process.exit(1)
        isFirst = false
        resolve()
      })
    }
  })
}
