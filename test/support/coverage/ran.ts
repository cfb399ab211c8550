/** Which lines of the sources ran, from what V8 says of the bundles that they became. */
import { decodedMappings, TraceMap } from '@jridgewell/trace-mapping'

/** As V8 and the browsers report a script. Within a function the first range is all of it, and the others are blocks of it. */
export interface Script {
  readonly url: string
  readonly functions: readonly { readonly ranges: readonly Range[] }[]
}

interface Range {
  readonly startOffset: number
  readonly endOffset: number
  readonly count: number
}

export interface Bundle {
  readonly text: string
  /** JSON. */
  readonly map: string
  /** The address that the map's sources are relative to. */
  readonly address: string
}

/** By address of a source: its lines that ran, from 1. */
export type Lines = Map<string, Set<number>>

/** Adds the lines of which any part ran. */
export function addRan(lines: Lines, { functions }: Script, { text, map, address }: Bundle): void {
  const trace = new TraceMap(map)
  const sources = trace.sources.map((source) => new URL(source ?? '', address).href)
  const isRun = runAt(functions.flatMap(({ ranges }) => ranges))
  let start = 0
  for (const segments of decodedMappings(trace)) {
    for (const [column, source, line] of segments) {
      if (source === undefined || line === undefined || !isRun(start + column)) continue
      const name = sources[source] ?? ''
      const known = lines.get(name)
      if (known) known.add(line + 1)
      else lines.set(name, new Set([line + 1]))
    }
    start = text.indexOf('\n', start) + 1
  }
}

/** @returns whether what is at an offset ran: the innermost range says. To be asked in the order of the offsets */
function runAt(ranges: readonly Range[]): (offset: number) => boolean {
  const inOrder = ranges.toSorted((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset)
  const open: Range[] = []
  let next = 0
  return (offset) => {
    for (let range = inOrder[next]; range && range.startOffset <= offset; range = inOrder[next]) {
      open.push(range)
      next += 1
    }
    while ((open.at(-1)?.endOffset ?? Infinity) <= offset) open.pop()
    return (open.at(-1)?.count ?? 0) > 0
  }
}
