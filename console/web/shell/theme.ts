/**
 * Light or dark: the system's, unless somebody has chosen, which this browser keeps. It stands on the root element, where
 * console.css reads it, and what draws by itself can see it change.
 */
import { shallowRef } from '@vue/reactivity'

const KEY = 'stark-theme'
const CHOICES = ['system', 'light', 'dark'] as const
export type Theme = (typeof CHOICES)[number]

const darkness = matchMedia('(prefers-color-scheme: dark)')
const chosen = shallowRef<Theme>(CHOICES.find((each) => each === localStorage.getItem(KEY)) ?? 'system')

export const theme = (): Theme => chosen.value

export function choose(next: Theme): void {
  chosen.value = next
  if (next === 'system') localStorage.removeItem(KEY)
  else localStorage.setItem(KEY, next)
  show()
}

/** What the next press of the switch chooses. */
export const nextTheme = (before: Theme): Theme => CHOICES[(CHOICES.indexOf(before) + 1) % CHOICES.length] ?? 'system'

function show(): void {
  const isDark = chosen.value === 'dark' || (chosen.value === 'system' && darkness.matches)
  document.documentElement.dataset['theme'] = isDark ? 'dark' : 'light'
}

darkness.addEventListener('change', show)
show()
