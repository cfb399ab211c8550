/** What the map says of the node or the pod that is pointed at, also to those who hear it. */
import type { Node } from '../../../kernel/schema/node.ts'
import type { Pod } from '../../../kernel/schema/pod.ts'
import type { Holding } from '../fleet.ts'
import { ago } from '../format.ts'
import { percent } from '../load.ts'
import { nodeStatusText } from '../status.ts'
import type { Point, Size } from './layout.ts'

const BESIDE_PX = 14

export function tooltipOf(
  { node, pod }: { readonly node: Node; readonly pod: Pod | undefined },
  { load }: Pick<Holding, 'load'>,
  nowMs: number,
): string {
  const { allocatable } = node
  const lines = [
    `${node.name}: ${nodeStatusText(node)}, ${load.pods} of ${allocatable.pods} pods`,
    `CPU ${percent(load.cpu, allocatable.cpu)}, memory ${percent(load.memory, allocatable.memory)} asked for`,
  ]
  if (!pod) return lines.join('\n')
  const { name, namespace, status, packName, packVersion, createdAt } = pod
  return [`${namespace}/${name}: ${status}`, `${packName}@${packVersion}, ${ago(createdAt, nowMs)} old`, ...lines].join('\n')
}

/** Beside what is pointed at, and never outside of the map. */
export function showTip(
  tip: HTMLElement,
  { text, at, within }: { readonly text: string | undefined; readonly at: Point; readonly within: Size },
): void {
  tip.hidden = text === undefined
  if (text === undefined) return
  tip.textContent = text
  const x = Math.min(at.x + BESIDE_PX, within.width - tip.offsetWidth)
  const below = at.y + BESIDE_PX
  const y = below + tip.offsetHeight > within.height ? at.y - tip.offsetHeight - BESIDE_PX : below
  tip.style.transform = `translate(${Math.max(0, x)}px, ${Math.max(0, y)}px)`
}
