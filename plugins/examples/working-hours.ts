/**
 * Working hours for nodes: a node takes new pods only while it is at work, by its annotation `stark/working-hours`:
 *
 *     Mon-Fri 08:00-18:00 Europe/Berlin
 *     Mon-Fri 18:00-06:00, Sat-Sun 00:00-24:00 America/New_York        (the night from Friday to Saturday too)
 *
 * What runs when they end goes on running. A pod that has to run with the label `stark/working-hours=ignore` goes anywhere.
 * The rule depends on time: `isVolatile` says that it is asked anew for each pod, and a timer has waiting pods looked at again when
 * a node begins its work. Time is the kernel's clock, so that a test, a dry run and a simulation can say what time it is.
 */
import type { Plugin, PluginKernel } from 'stark/plugin'

const HOURS = 'stark/working-hours'
const CHECK_MS = 15_000
const TEXTS_MAX = 1_000
const DAY_MINUTES = 24 * 60
const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

const workingHours = (): Plugin => ({
  name: 'working-hours',
  apply({ hooks, clock, state, scheduler }) {
    const isOpen = openings(clock)
    hooks.filter.tap('working-hours', (candidates) => {
      if (candidates.pod.labels[HOURS] === 'ignore') return
      candidates.where(({ annotations }) => isOpen(annotations[HOURS]), { isVolatile: true })
    })
    let before = ''
    clock.every(CHECK_MS, () => {
      const texts = new Set([...state.all('nodes')].map(({ annotations }) => annotations[HOURS]))
      const open = [...texts].filter((text) => isOpen(text) === true).join('\n')
      if (open !== before) scheduler.reconsider()
      before = open
    })
  },
})
export default workingHours

/** @returns whether a node with such an annotation is at work now, or why not */
function openings(clock: PluginKernel['clock']): (text: string | undefined) => true | string {
  const known = new Map<string, Hours | undefined>()
  const zones = new Map<string, { readonly at: number; readonly minute: number }>()
  /** The minute of the week there; worked out once a minute, because the calendar is slow. */
  const minuteIn = (zone: string): number => {
    const at = Math.floor(clock.now() / 60_000)
    const last = zones.get(zone)
    if (last?.at === at) return last.minute
    const minute = minuteOfWeek(clock.now(), zone)
    zones.set(zone, { at, minute })
    return minute
  }
  return (text) => {
    if (text === undefined) return true
    if (!known.has(text)) {
      if (known.size >= TEXTS_MAX) known.clear()
      known.set(text, parse(text))
    }
    const hours = known.get(text)
    if (!hours)
      return `have working hours that cannot be read: ${JSON.stringify(text.slice(0, 60))} is not like "Mon-Fri 08:00-18:00 Europe/Berlin"`
    const minute = minuteIn(hours.zone)
    return hours.shifts.some(({ from, to }) => isBetween(minute, from, to)) || `are not at work: their hours are ${text.slice(0, 100)}`
  }
}

interface Hours {
  readonly zone: string
  /** Minutes of the week, from Monday 00:00; `to` before `from` is in the next week. */
  readonly shifts: readonly { readonly from: number; readonly to: number }[]
}

const SHIFT = /^(\w{3})(?:-(\w{3}))? (\d\d):(\d\d)-(\d\d):(\d\d)$/

/** @returns undefined for what are no hours */
function parse(text: string): Hours | undefined {
  const [, list = '', zone = ''] = /^(.+) ([\w/+-]+)$/.exec(text.trim()) ?? []
  if (!isZone(zone)) return undefined
  const shifts: { from: number; to: number }[] = []
  for (const part of list.split(',')) {
    const [, first = '', last = first, ...times] = SHIFT.exec(part.trim()) ?? []
    const [fromHour = NaN, fromMinute = NaN, toHour = NaN, toMinute = NaN] = times.map(Number)
    const [from, to] = [fromHour * 60 + fromMinute, toHour * 60 + toMinute]
    const days = daysFrom(first, last)
    if (days.length === 0 || !(from < DAY_MINUTES && to <= DAY_MINUTES && fromMinute < 60 && toMinute < 60)) return undefined
    for (const day of days) {
      const start = day * DAY_MINUTES
      shifts.push({ from: start + from, to: (start + (to > from ? to : to + DAY_MINUTES)) % (7 * DAY_MINUTES) })
    }
  }
  return { zone, shifts }
}

function daysFrom(first: string, last: string): number[] {
  const [from, to] = [DAYS.indexOf(first), DAYS.indexOf(last)]
  if (from < 0 || to < 0) return []
  return Array.from({ length: ((to - from + 7) % 7) + 1 }, (_each, index) => (from + index) % 7)
}

const isBetween = (minute: number, from: number, to: number): boolean =>
  from < to ? minute >= from && minute < to : minute >= from || minute < to

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: zone }).resolvedOptions().timeZone !== ''
  } catch {
    // A RangeError is its way to say that there is no such zone.
    return false
  }
}

function minuteOfWeek(ms: number, timeZone: string): number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  const parts = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, value]))
  return DAYS.indexOf(parts['weekday'] ?? '') * DAY_MINUTES + Number(parts['hour']) * 60 + Number(parts['minute'])
}
