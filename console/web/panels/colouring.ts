/**
 * Colourings of the map by plugins. A panel's class says with a static `colouring` how much of something a pod is, from 0 to 1, and
 * what the ends of that are called:
 *
 *     static colouring = { of: (pod, node) => pod.priority / 1000, least: 'unimportant', most: 'important' }
 */
import type { Node } from '../../../kernel/schema/node.ts'
import type { Pod } from '../../../kernel/schema/pod.ts'
import type { Colouring } from '../map/colouring.ts'
import type { Palette } from '../map/palette.ts'
import { panels, stateOf } from './panels.ts'

export interface PluginColouring {
  readonly of: (pod: Pod, node: Node) => number
  readonly least: string
  readonly most: string
}

const PREFIX = 'panel:'

/** What can be chosen; reactive. */
export const pluginColourings = (): readonly (readonly [string, string])[] =>
  panels()
    .filter(({ isColouring }) => isColouring)
    .map(({ element, title }) => [PREFIX + element, title])

/** @returns undefined for what no plugin is known to offer, or not yet; reactive */
export function pluginColouringOf(by: string): PluginColouring | undefined {
  const panel = panels().find(({ element }) => by === PREFIX + element)
  if (!panel || stateOf(panel) !== 'there') return undefined
  const { colouring } = customElements.get(panel.element) as { readonly colouring?: PluginColouring }
  return typeof colouring?.of === 'function' ? colouring : undefined
}

/** What a plugin says is held to be from 0 to 1; what throws, or is no number, has no colour. */
export function colouringByPlugin({ of, least, most }: PluginColouring, { scale, tones }: Palette): Colouring {
  const top = scale.length - 1
  return {
    pod(pod, node) {
      const share = shareOf(() => of(pod, node))
      return (share === undefined ? undefined : scale[Math.round(share * top)]) ?? tones.still
    },
    key: () => scale.map((colour, index) => ({ colour, text: index === 0 ? least : index === top ? most : '' })),
  }
}

function shareOf(ask: () => number): number | undefined {
  try {
    const share = ask()
    return Number.isFinite(share) ? Math.min(1, Math.max(0, share)) : undefined
  } catch {
    return undefined
  }
}
