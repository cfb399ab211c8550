/** Ids that are uuids and the same in every run, so that a failing test can be read and repeated. */

/**
 * @param space keeps the ids of two makers in one test apart: 0 to ffffffff
 * @returns a function that gives 00000000-0000-4000-8000-000000000001, then ...0002, and so on
 */
export function idMaker(space = 0): () => string {
  let count = 0
  const head = space.toString(16).padStart(8, '0')
  return () => {
    count += 1
    return `${head}-0000-4000-8000-${count.toString(16).padStart(12, '0')}`
  }
}
