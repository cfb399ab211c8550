/**
 * Drain: a node is cordoned and its pods are asked to leave, each with its grace period. Adds the operation nodes.drain.
 * Source: https://kubernetes.io/docs/tasks/administer-cluster/safely-drain-node/
 */
import { Type } from 'typebox'
import { isEnded, isLeaving, lookUp, Node, Ref, strict, type Plugin } from '../kernel/index.ts'

export const drain = (): Plugin => ({
  name: 'drain',
  after: ['nodes', 'pods'],
  apply({ operations, state, commit }) {
    operations.define({
      name: 'nodes.drain',
      summary: 'Cordons a node and stops its pods, each with its grace period; they are evicted',
      http: 'POST /api/nodes/:id/drain',
      permission: 'nodes:write',
      input: strict({ id: Ref }),
      output: strict({ node: Node, evicting: Type.Integer({ description: 'how many pods were asked to leave' }) }),
      errors: ['NOT_FOUND'],
      handle({ id }, { origin, who }) {
        const { id: nodeId, name } = lookUp(state, 'nodes', { ref: id, rule: 'name' })
        return commit(origin, (transaction) => {
          const leaving = state.by('pods', 'nodeId', nodeId).filter((pod) => !isEnded(pod) && !isLeaving(pod))
          for (const pod of leaving) {
            transaction.update('pods', pod.id, {
              status: 'stopping',
              reason: 'Drained',
              statusMessage: `${name} is drained by ${who.name}`,
              ready: false,
            })
          }
          return { node: transaction.amend('nodes', nodeId, { unschedulable: true }), evicting: leaving.length }
        })
      },
    })
  },
})
