/** What the nodes of the map are grouped by: a fact of the node, or of what it holds. Pure. */
import type { Node } from '../../../kernel/schema/node.ts'
import type { Holding } from '../fleet.ts'
import { pressureOf } from '../load.ts'
import type { Members } from './layout.ts'

/** In the order in which a zone is looked for. */
const ZONE_LABELS = ['topology.kubernetes.io/zone', 'zone'] as const
const LABEL = 'label:'
const NO_PODS = 'no pods'

/** What a choice is called; labels beside them. */
export const GROUPINGS = [
  ['', 'nothing'],
  ['zone', 'zone'],
  ['runtime', 'runtime'],
  ['namespace', 'namespace'],
  ['load', 'load'],
  ['status', 'status'],
] as const

const LOADS = [
  [0.9, '90 % and more'],
  [0.75, '75 % to 90 %'],
  [0.5, '50 % to 75 %'],
  [0.25, '25 % to 50 %'],
  [0, 'below 25 %'],
] as const

export const byLabel = (key: string): string => LABEL + key

/** Whether what nodes hold decides, so that they change their group as pods come and go. */
export const isRestless = (by: string): boolean => by === 'namespace' || by === 'load'

/** The groups that a node is in: one, but by namespace one for each of which it has pods. */
export function groupsOf(node: Node, holding: Holding, by: string): readonly string[] {
  if (by.startsWith(LABEL)) return [labelled(node, [by.slice(LABEL.length)])]
  switch (by) {
    case 'zone':
      return [labelled(node, ZONE_LABELS)]
    case 'runtime':
      return [node.runtimeType]
    case 'status':
      return [node.unschedulable ? `${node.status}, cordoned` : node.status]
    case 'load': {
      const pressure = pressureOf(holding.load, node)
      return [LOADS.find(([least]) => pressure >= least)?.[1] ?? LOADS[4][1]]
    }
    case 'namespace': {
      const names = new Set(holding.slots.flatMap((pod) => pod?.namespace ?? []))
      return names.size === 0 ? [NO_PODS] : [...names]
    }
    default:
      return ['All nodes']
  }
}

function labelled({ labels }: Node, keys: readonly string[]): string {
  const key = keys.find((each) => Object.hasOwn(labels, each))
  return key === undefined ? `without ${keys.at(-1)}` : (labels[key] ?? '')
}

/** Groups by name, loads from the highest; within each the nodes as they come. */
export function grouped(nodes: Iterable<Node>, by: string, holdingOf: (id: string) => Holding): readonly Members[] {
  const found = new Map<string, string[]>()
  for (const node of nodes) {
    for (const name of groupsOf(node, holdingOf(node.id), by)) {
      const members = found.get(name)
      if (members) members.push(node.id)
      else found.set(name, [node.id])
    }
  }
  const rank = (name: string): number => LOADS.findIndex(([, each]) => each === name)
  return [...found].sort(([a], [b]) => rank(a) - rank(b) || collator.compare(a, b)).map(([name, nodeIds]) => ({ name, nodeIds }))
}

/** Names as people count: node-9 before node-10. */
export const collator = new Intl.Collator('en', { numeric: true })
