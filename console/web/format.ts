/** Values as people read them. Pure. */

const STEPS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const
const BYTES_PER_KB = 1_000

/** "3 m": how long ago. @param nowMs epoch ms */
export function ago(time: string | null, nowMs: number): string {
  if (time === null) return '-'
  return duration(Math.max(0, nowMs - Date.parse(time)))
}

/** "3 m": in the largest unit that it fills. */
export function duration(ms: number): string {
  const [unit, length] = STEPS.find(([, each]) => ms >= each) ?? ['s', 1_000]
  return `${Math.floor(ms / length)} ${unit}`
}

/** In the units of 1,000 that packs are measured in. */
export const kilobytes = (bytes: number): string => `${(bytes / BYTES_PER_KB).toFixed(1)} KB`

/** A word of the command line, quoted where a shell would take it apart. */
export const shellWord = (word: string): string => (/^[\w./:@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)
