/**
 * Keys that work wherever one is, but where one types. Single ones can be switched off, because who speaks to the computer, or misses
 * keys, would press them by accident. Source: https://www.w3.org/WAI/WCAG22/Understanding/character-key-shortcuts.html
 */
import { shallowRef } from '@vue/reactivity'
import { PLACES, type Place } from '../route.ts'
import { PAGES } from './pages.ts'

const OFF = 'stark-single-keys-off'
/** Between g and the letter of a place. */
const PAUSE_MAX_MS = 1_500

export interface Commands {
  readonly openPalette: () => void
  readonly openHelp: () => void
  /** Where one types what a list is filtered by. */
  readonly focusFilter: () => void
  readonly go: (place: Place) => void
}

const isOn = shallowRef(localStorage.getItem(OFF) === null)
export const hasSingleKeys = (): boolean => isOn.value
export function setSingleKeys(on: boolean): void {
  isOn.value = on
  if (on) localStorage.removeItem(OFF)
  else localStorage.setItem(OFF, 'yes')
}

export class Keys {
  readonly #commands: Commands
  #wentAt = -Infinity
  readonly #hear = (event: KeyboardEvent): void => this.#press(event)

  constructor(commands: Commands) {
    this.#commands = commands
  }

  start(): void {
    addEventListener('keydown', this.#hear)
  }

  stop(): void {
    removeEventListener('keydown', this.#hear)
  }

  #press(event: KeyboardEvent): void {
    if (event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey)) return done(event, this.#commands.openPalette)
    if (!hasSingleKeys() || event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return
    const place = event.timeStamp - this.#wentAt < PAUSE_MAX_MS ? PLACES.find((each) => PAGES[each].key === event.key) : undefined
    this.#wentAt = event.key === 'g' ? event.timeStamp : -Infinity
    if (place) return done(event, () => this.#commands.go(place))
    if (event.key === '?') return done(event, this.#commands.openHelp)
    if (event.key === '/') return done(event, this.#commands.focusFilter)
  }
}

function done(event: KeyboardEvent, command: () => void): void {
  event.preventDefault()
  command()
}

/** In a field, or in a dialog, which has keys of its own. */
const isTyping = (event: Event): boolean =>
  event.composedPath().some((each) => each instanceof HTMLElement && each.matches('input, textarea, select, dialog, [contenteditable]'))
