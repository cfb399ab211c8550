/** What the palette offers for what somebody types: each word must be found, and what begins with it comes first. Pure. */

export interface Entry {
  /** What it is: "Pod", "Page", "Do". */
  readonly kind: string
  readonly text: string
  /** Told apart by, such as a namespace. */
  readonly detail?: string
  readonly run: () => void
}

/** Better than any place in the text. */
const AT_START = 1000
const AT_WORD = 500

/** @returns the best first; of equal ones as they were given. Without words the first that there are */
export function search(entries: Iterable<Entry>, text: string, most: number): readonly Entry[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const found: { readonly entry: Entry; readonly points: number }[] = []
  for (const entry of entries) {
    const points = pointsOf(entry, words)
    if (points !== undefined) found.push({ entry, points })
    if (words.length === 0 && found.length === most) break
  }
  return found
    .toSorted((a, b) => b.points - a.points)
    .slice(0, most)
    .map(({ entry }) => entry)
}

/** @returns undefined where a word is missing */
function pointsOf({ kind, text, detail = '' }: Entry, words: readonly string[]): number | undefined {
  const name = text.toLowerCase()
  const rest = `${kind} ${detail}`.toLowerCase()
  let points = 0
  for (const word of words) {
    const at = name.indexOf(word)
    if (at === -1 && !rest.includes(word)) return undefined
    if (at === 0) points += AT_START
    else if (at > 0 && !/[a-z0-9]/.test(name.charAt(at - 1))) points += AT_WORD
    // Of two that begin alike, the shorter is the one that was typed more of.
    points -= name.length
  }
  return points
}
