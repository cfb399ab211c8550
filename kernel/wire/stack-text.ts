/** Places in a pack's bundle, as stack traces name them, in words of the files that its author wrote. */

/** Counted from 1, as in stack traces. */
export interface Place {
  readonly line: number
  readonly column: number
}
export interface SourcePlace extends Place {
  readonly source: string
}

/** What a bundle is called in every stack trace, wherever it ran. */
const PLACE = /\bbundle\.mjs:(\d{1,9}):(\d{1,9})/g

/** Whether there is anything to translate. */
export const namesPlaces = (text: string): boolean => text.includes('bundle.mjs:')

/** @param find undefined for what no source stands behind */
export const translatePlaces = (text: string, find: (place: Place) => SourcePlace | undefined): string =>
  text.replace(PLACE, (place, line: string, column: string) => {
    const found = find({ line: Number(line), column: Number(column) })
    return found ? `${found.source}:${found.line}:${found.column}` : place
  })
