/** What is found on the map: nodes and pods that have each word in their name, pack, namespace or labels. Pure. */
import type { Labels } from '../../../kernel/schema/common.ts'
import type { Node } from '../../../kernel/schema/node.ts'
import type { Pod } from '../../../kernel/schema/pod.ts'

/** Of a node that is found, all pods are. */
export type Finder = (node: Node, pod: Pod | undefined) => boolean

export function finderOf(text: string): Finder {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return () => true
  const has = (searched: string): boolean => words.every((word) => searched.includes(word))
  // What is drawn again and again is put together once: records are replaced when they change.
  const known = new WeakMap<object, boolean>()
  const found = (record: object, searched: () => string): boolean => {
    const before = known.get(record)
    if (before !== undefined) return before
    const isFound = has(searched().toLowerCase())
    known.set(record, isFound)
    return isFound
  }
  return (node, pod) =>
    found(node, () => `${node.name} ${textOf(node.labels)}`) ||
    (pod !== undefined && found(pod, () => `${pod.name} ${pod.packName}@${pod.packVersion} ${pod.namespace} ${textOf(pod.labels)}`))
}

const textOf = (labels: Labels): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ')
