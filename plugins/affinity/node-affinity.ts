/**
 * Node selector and node affinity: where a pod must run by a node's labels and name, and where it would rather.
 * Source: https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#node-affinity
 */
import { matchesNodeRules, matchesNodeTerm, type Plugin } from '../../kernel/index.ts'
import { byHighest } from './normalise.ts'

const WEIGHT = 2

export const nodeAffinity = (): Plugin => ({
  name: 'nodeAffinity',
  apply({ hooks }) {
    hooks.filter.tap('nodeAffinity', (candidates) => {
      const { scheduling } = candidates.pod
      if (!scheduling.nodeSelector && !scheduling.nodeAffinity) return
      candidates.where((node) => matchesNodeRules(scheduling, node) || "do not match the pod's node selector or affinity", {
        isFixed: true,
        sharedAs: JSON.stringify([scheduling.nodeSelector, scheduling.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution]),
      })
      candidates.retryOn('nodes:put')
    })
    hooks.score.tap('nodeAffinity', (board) => {
      const preferred = board.pod.scheduling.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []
      if (preferred.length === 0) return
      board.add((node) => preferred.reduce((sum, { weight, preference }) => sum + (matchesNodeTerm(preference, node) ? weight : 0), 0), {
        weight: WEIGHT,
        normalise: byHighest,
        isFixed: true,
        sharedAs: JSON.stringify(preferred),
      })
    })
  },
})
