/** The rules that look at a node alone: taints, cordon, node selector and affinity, runtime, health, and the node that a pod names. */
import type { Node, Pack, Pod, Taint } from '../../kernel/schema/index.ts'
import { label, sum, type Cluster } from './cluster.ts'
import { termMatches, tolerates } from './selectors.ts'

const isTolerated = (pod: Pod, taint: Taint): boolean => pod.tolerations.some((toleration) => tolerates(toleration, taint))

export const hasUntoleratedTaint = (pod: Pod, node: Node): boolean =>
  node.taints.some((taint) => (taint.effect === 'NoSchedule' || taint.effect === 'NoExecute') && !isTolerated(pod, taint))

export const isCordonedFor = (pod: Pod, node: Node): boolean =>
  node.unschedulable && !isTolerated(pod, { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' })

/** The fewer untolerated PreferNoSchedule taints the better: 100 - floor(100 n / max), 100 if there are none. */
export function taintScores(pod: Pod, among: readonly Node[]): number[] {
  const counts = among.map(({ taints }) => taints.filter((taint) => taint.effect === 'PreferNoSchedule' && !isTolerated(pod, taint)).length)
  const most = Math.max(...counts)
  return counts.map((count) => (most === 0 ? 100 : 100 - Math.floor((100 * count) / most)))
}

export function matchesNodeAffinity(pod: Pod, node: Node): boolean {
  const { nodeSelector, nodeAffinity } = pod.scheduling
  for (const [key, value] of Object.entries(nodeSelector ?? {})) {
    if (label(node.labels, key) !== value) return false
  }
  const required = nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  if (required === null || required === undefined) return true
  return (required.nodeSelectorTerms ?? []).some((term) => termMatches(term, node))
}

/** The sum of the weights of what matches: floor(100 s / max). */
export function nodeAffinityScores(pod: Pod, among: readonly Node[]): number[] {
  const preferred = pod.scheduling.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []
  const sums = among.map((node) => sum(preferred.filter(({ preference }) => termMatches(preference, node)).map(({ weight }) => weight)))
  const most = Math.max(...sums)
  return sums.map((each) => (most === 0 ? 0 : Math.floor((100 * each) / most)))
}

export function runsOn(pod: Pod, node: Node, cluster: Cluster): boolean {
  const pack = cluster.packs.find(({ id }) => id === pod.packId)
  if (!pack) return true
  if (pack.runtimeTag !== 'universal' && pack.runtimeTag !== node.runtimeType) return false
  return node.runtimeType === 'browser' || isNewEnough(node, pack)
}

function isNewEnough({ capabilities }: Node, { metadata }: Pack): boolean {
  if (metadata.minNodeVersion === undefined) return true
  if (capabilities.runtimeVersion === undefined) return false
  const have = capabilities.runtimeVersion.split('.').map(Number)
  const need = metadata.minNodeVersion.split('.').map(Number)
  const different = need.findIndex((part, index) => part !== have[index])
  return different < 0 || (have[different] ?? 0) > (need[different] ?? 0)
}

export const isInTouch = (node: Node): boolean => node.status === 'online'

export const isTheOneNamed = ({ nodeName }: Pod, node: Node): boolean => nodeName === null || nodeName === node.id || nodeName === node.name
