/**
 * Cordon: a node that takes no new pods, as if it had the taint node.kubernetes.io/unschedulable:NoSchedule; what runs stays.
 * Taps filter; adds the operations nodes.cordon and nodes.uncordon.
 * Source: https://kubernetes.io/docs/concepts/architecture/nodes/#manual-node-administration
 */
import { lookUp, Node, Ref, strict, tolerates, type Plugin, type Taint } from '../kernel/index.ts'

const UNSCHEDULABLE: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }

export const cordon = (): Plugin => ({
  name: 'cordon',
  after: ['nodes'],
  apply({ hooks, operations, state, commit }) {
    hooks.filter.tap('unschedulable', (candidates) => {
      if (candidates.pod.tolerations.some((each) => tolerates(each, UNSCHEDULABLE))) return
      candidates.where((node) => !node.unschedulable || 'are cordoned', { isFixed: true, sharedAs: '' })
      candidates.retryOn('nodes:put')
    })
    for (const [verb, unschedulable, summary] of [
      ['cordon', true, 'No new pods come to a node; what runs there stays'],
      ['uncordon', false, 'New pods may come to a node again'],
    ] as const) {
      operations.define({
        name: `nodes.${verb}`,
        summary,
        http: `POST /api/nodes/:id/${verb}`,
        permission: 'nodes:write',
        input: strict({ id: Ref }),
        output: Node,
        errors: ['NOT_FOUND'],
        handle({ id }, { origin }) {
          const node = lookUp(state, 'nodes', { ref: id, rule: 'name' })
          return commit(origin, (transaction) => transaction.amend('nodes', node.id, { unschedulable }))
        },
      })
    }
  },
})
