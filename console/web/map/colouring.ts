/**
 * What the squares and cells of the map are coloured by. A colouring says for a pod, or for a node, which colour it has, and what
 * the colours mean; colour is never all that tells: the shape of a square says whether its pod runs.
 */
import type { Node } from '../../../kernel/schema/node.ts'
import type { Pod } from '../../../kernel/schema/pod.ts'
import { pressureOf, type Load } from '../load.ts'
import { podTone, type Tone } from '../status.ts'
import type { Palette } from './palette.ts'

export interface Key {
  readonly colour: string
  readonly text: string
}
export interface Colouring {
  readonly pod: (pod: Pod, node: Node, load: Load) => string
  readonly key: () => readonly Key[]
  /** Colours change by themselves as time goes by. */
  readonly isFleeting?: boolean
}

export const COLOURINGS = [
  ['', 'status'],
  ['age', 'age'],
  ['version', 'version'],
  ['pressure', 'pressure'],
] as const

/** @param nowMs what the time is, asked for each pod */
export function colouringOf(by: string, palette: Palette, nowMs: () => number): Colouring {
  if (by === 'age') return byAge(palette, nowMs)
  if (by === 'version') return byVersion(palette)
  if (by === 'pressure') return byPressure(palette)
  return byStatus(palette)
}

const TONE_TEXTS: Readonly<Record<Tone, string>> = { good: 'running', busy: 'on the way', bad: 'in trouble', still: 'ended' }

const byStatus = ({ tones }: Palette): Colouring => ({
  pod: ({ status }) => tones[podTone(status)],
  key: () => (['good', 'busy', 'bad'] as const).map((tone) => ({ colour: tones[tone], text: TONE_TEXTS[tone] })),
})

const MINUTE_MS = 60_000
const AGES = [
  [MINUTE_MS, 'below a minute'],
  [10 * MINUTE_MS, 'below 10 minutes'],
  [60 * MINUTE_MS, 'below an hour'],
  [360 * MINUTE_MS, 'below 6 hours'],
  [1440 * MINUTE_MS, 'below a day'],
  [Number.POSITIVE_INFINITY, 'a day and more'],
] as const

/** The newest stands out most. */
const byAge = ({ scale }: Palette, nowMs: () => number): Colouring => ({
  isFleeting: true,
  pod({ createdAt }) {
    const age = nowMs() - Date.parse(createdAt)
    return scale[scale.length - 1 - AGES.findIndex(([below]) => age < below)] ?? ''
  },
  key: () => AGES.map(([, text], index) => ({ colour: scale[scale.length - 1 - index] ?? '', text })),
})

/** The first versions that are seen get a colour each; those beyond share one. */
function byVersion({ categories, tones }: Palette): Colouring {
  const colours = new Map<string, string>()
  const of = (version: string): string => {
    const known = colours.get(version)
    if (known !== undefined) return known
    const colour = categories[colours.size] ?? tones.still
    if (colours.size < categories.length) colours.set(version, colour)
    return colour
  }
  return {
    pod: ({ packName, packVersion }) => of(`${packName}@${packVersion}`),
    key() {
      const named = [...colours].map(([text, colour]) => ({ colour, text }))
      return colours.size < categories.length ? named : [...named, { colour: tones.still, text: 'others' }]
    },
  }
}

const PRESSURES = [
  [0.25, 'below 25 %'],
  [0.5, '25 % to 50 %'],
  [0.75, '50 % to 75 %'],
  [0.9, '75 % to 90 %'],
  [Number.POSITIVE_INFINITY, '90 % and more'],
] as const

/** Of the node that a pod is on; the last two stand out. */
function byPressure({ scale, tones }: Palette): Colouring {
  const colours = [scale[0], scale[2], scale[4], tones.busy, tones.bad].map((each) => each ?? '')
  return {
    pod(_pod, node, load) {
      const pressure = pressureOf(load, node)
      return colours[PRESSURES.findIndex(([below]) => pressure < below)] ?? ''
    },
    key: () => PRESSURES.map(([, text], index) => ({ colour: colours[index] ?? '', text })),
  }
}
