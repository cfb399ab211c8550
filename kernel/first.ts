/** The first so many of what a generator gives; what comes after them is never asked for. */
export function* first<T>(count: number, items: Iterable<T>): Generator<T> {
  let given = 0
  for (const item of items) {
    yield item
    given += 1
    if (given === count) return
  }
}
