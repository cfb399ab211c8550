/** Which rows are chosen after one more click. Pure. */

interface Click {
  readonly id: string
  /** In the order in which they are shown. */
  readonly ids: readonly string[]
  /** With Shift: the row that was clicked before. */
  readonly from: string | undefined
}

/** A click turns one row; with Shift, all rows from the one before become what that one is. */
export function chosen(selected: ReadonlySet<string>, { id, ids, from }: Click): ReadonlySet<string> {
  const [begin, end] = [from === undefined ? -1 : ids.indexOf(from), ids.indexOf(id)]
  const stretch = begin < 0 || end < 0 ? [id] : ids.slice(Math.min(begin, end), Math.max(begin, end) + 1)
  const isAdding = begin < 0 || from === undefined ? !selected.has(id) : selected.has(from)
  const after = new Set(selected)
  for (const each of stretch) {
    if (isAdding) after.add(each)
    else after.delete(each)
  }
  return after
}
