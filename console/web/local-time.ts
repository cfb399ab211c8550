/** Moments as fields for times have them, in the time zone of whoever looks, and as the address and the server have them. Pure. */

const MINUTE_MS = 60_000
/** While a year is typed, it begins as another: 2026 as 2. */
const LOCAL_MIN = '1970'

/** @returns nothing for what is no time */
export function localTime(time: string): string {
  const ms = Date.parse(time)
  if (Number.isNaN(ms)) return ''
  const minutesBehind = new Date(ms).getTimezoneOffset()
  return new Date(ms - minutesBehind * MINUTE_MS).toISOString().slice(0, '2026-01-02T03:04'.length)
}

/** The opposite: what is sent to somebody means the same moment there. @returns undefined while it is being typed */
export function universalTime(local: string): string | undefined {
  if (local === '') return ''
  return local < LOCAL_MIN ? undefined : new Date(local).toISOString()
}
