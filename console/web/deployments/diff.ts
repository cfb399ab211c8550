/** What differs between two texts, line by line: the fewest lines that go and come. Pure. */

export interface Line {
  readonly is: 'same' | 'gone' | 'new'
  readonly text: string
}

/** By the longest common subsequence: templates are short, and a table of lines by lines is small. */
export function diff(before: string, after: string): readonly Line[] {
  const old = linesOf(before)
  const fresh = linesOf(after)
  const lengths = common(old, fresh)
  const lines: Line[] = []
  let [i, j] = [0, 0]
  while (i < old.length || j < fresh.length) {
    const [gone, come] = [old[i], fresh[j]]
    if (gone !== undefined && gone === come) {
      lines.push({ is: 'same', text: gone })
      i += 1
      j += 1
    } else if (gone !== undefined && (come === undefined || at(lengths, i + 1, j) >= at(lengths, i, j + 1))) {
      lines.push({ is: 'gone', text: gone })
      i += 1
    } else {
      lines.push({ is: 'new', text: come ?? '' })
      j += 1
    }
  }
  return lines
}

const linesOf = (text: string): readonly string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'))

type Table = readonly (readonly number[])[]
const at = (table: Table, i: number, j: number): number => table[i]?.[j] ?? 0

/** How many lines the rests from i and from j have in common. */
function common(old: readonly string[], fresh: readonly string[]): Table {
  const table: number[][] = Array.from({ length: old.length + 1 }, () => Array.from({ length: fresh.length + 1 }, () => 0))
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = fresh.length - 1; j >= 0; j -= 1) {
      const row = table[i]
      if (row) row[j] = old[i] === fresh[j] ? at(table, i + 1, j + 1) + 1 : Math.max(at(table, i + 1, j), at(table, i, j + 1))
    }
  }
  return table
}
