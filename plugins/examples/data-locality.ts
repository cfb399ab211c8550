/**
 * Data locality: a pod goes where its data is. A node says which data sets it holds by labels `data.stark/NAME`; a pod says in the
 * same way which it reads, and how much of each as the label's value (a number, 1 unless told):
 *
 *     node   data.stark/orders=""  data.stark/images=""
 *     pod    data.stark/orders=120  data.stark/clicks=40
 *
 * The score is the part of what the pod reads that the node holds. This is the easy form of a plugin: what it needs of the pod is
 * worked out once for all pods that are alike, and a pod without data costs nothing.
 */
import type { Plugin } from 'stark/plugin'

const PREFIX = 'data.stark/'
/** Above how pods are spread, below taints. */
const WEIGHT = 2

const dataLocality = (): Plugin => ({
  name: 'data-locality',
  apply({ hooks }) {
    hooks.score.tap('data-locality', (board) => {
      const sets = Object.entries(board.pod.labels).filter(([key]) => key.startsWith(PREFIX))
      const reads = sets.map(([key, amount]) => ({ key, amount: amountOf(amount) }))
      const total = reads.reduce((sum, { amount }) => sum + amount, 0)
      if (total === 0) return
      board.add(({ labels }) => reads.reduce((held, { key, amount }) => (key in labels ? held + amount : held), 0) * (100 / total), {
        weight: WEIGHT,
        isFixed: true,
      })
    })
  },
})
export default dataLocality

/** What is no amount counts as one. */
function amountOf(text: string): number {
  const amount = Number(text)
  return text !== '' && amount >= 0 && Number.isFinite(amount) ? amount : 1
}
