/**
 * Taints keep pods off a node; tolerations let chosen pods on.
 * Taps filter (NoSchedule, NoExecute) and score (PreferNoSchedule). Evicting running pods is taint-eviction.ts.
 * Source: https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/
 */
import { tolerates, type Plugin, type Taint, type Toleration } from '../kernel/index.ts'

const WEIGHT = 3

export const taints = (): Plugin => ({
  name: 'taints',
  apply({ hooks }) {
    hooks.filter.tap('taints', (candidates) => {
      const { tolerations } = candidates.pod
      candidates.where(
        (node) => {
          const taint = node.taints.find((each) => each.effect !== 'PreferNoSchedule' && !isTolerated(each, tolerations))
          return taint ? `have untolerated taint ${taint.key}=${taint.value ?? ''}: its effect is ${taint.effect}` : true
        },
        { isFixed: true, sharedAs: JSON.stringify(tolerations) },
      )
      candidates.retryOn('nodes:put')
    })
    hooks.score.tap('taints', (board) => {
      const { tolerations } = board.pod
      const unwelcome = (taint: Taint) => taint.effect === 'PreferNoSchedule' && !isTolerated(taint, tolerations)
      board.add((node) => node.taints.filter(unwelcome).length, {
        weight: WEIGHT,
        normalise: fewestFirst,
        isFixed: true,
        sharedAs: JSON.stringify(tolerations),
      })
    })
  },
})

const isTolerated = (taint: Taint, tolerations: readonly Toleration[]) => tolerations.some((each) => tolerates(each, taint))

function fewestFirst(counts: readonly number[]): number[] {
  let most = 0
  for (const count of counts) most = Math.max(most, count)
  return counts.map((count) => (most === 0 ? 100 : 100 - Math.floor((100 * count) / most)))
}
