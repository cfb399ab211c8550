/** The colours of the map in the theme of the moment: a canvas does not follow style sheets by itself. */
import type { Tone } from '../status.ts'

export interface Palette {
  readonly ground: string
  readonly surface: string
  readonly raised: string
  readonly text: string
  readonly muted: string
  readonly line: string
  readonly accent: string
  readonly tones: Readonly<Record<Tone, string>>
  /** From little to much. */
  readonly scale: readonly string[]
  /** Apart from one another, also for those who see few colours. Source: https://jfly.uni-koeln.de/color/ */
  readonly categories: readonly string[]
}

const STEPS = 6
/** Of the strongest colour in the weakest, so that it can be told from nothing. */
const LEAST = 0.3
const CATEGORIES = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#9b8cd9', '#b5a642']

/** As areas; the tones of the style sheet are for text, and too close to one another for a square of a few pixels. */
const LIGHT_TONES = { good: '#2f9e5f', busy: '#e39b1c', bad: '#d2372c', still: '#8b93a3' }
const DARK_TONES = { good: '#3fae6d', busy: '#f0b04a', bad: '#f2645a', still: '#78839a' }
const HALF = 128

export function paletteOf(style: CSSStyleDeclaration): Palette {
  const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim()
  const [little, much] = [mixed(colour('raised'), colour('accent'), LEAST), colour('accent')]
  return {
    ground: colour('ground'),
    surface: colour('surface'),
    raised: colour('raised'),
    text: colour('text'),
    muted: colour('muted'),
    line: colour('line'),
    accent: colour('accent'),
    tones: (channels(colour('ground'))[0] ?? 0) < HALF ? DARK_TONES : LIGHT_TONES,
    scale: Array.from({ length: STEPS }, (_, step) => mixed(little, much, step / (STEPS - 1))),
    categories: CATEGORIES,
  }
}

/** @param share 0 is the first of two colours in six hexadecimal digits, 1 the second */
function mixed(from: string, to: string, share: number): string {
  const [a, b] = [channels(from), channels(to)]
  const text = a.map((value, index) =>
    Math.round(value + ((b[index] ?? 0) - value) * share)
      .toString(16)
      .padStart(2, '0'),
  )
  return `#${text.join('')}`
}

const channels = (colour: string): readonly number[] => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) || 0)
