/**
 * Deployments: so many pods of a pack, or one on each node that fits, kept so whatever happens, and moved from version to version
 * without fewer being available than was promised. A change of template or version is a revision, which one can go back to.
 * Adds the kind deployments and its operations; `replicated.ts` and `daemon.ts` say what is next, `controller.ts` does it.
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/
 */
import { Deployment, type Plugin } from '../../kernel/index.ts'
import { Controller } from './controller.ts'
import { definePauses, definePromote, defineRollback } from './moves.ts'
import { defineCreate, defineDelete, defineReads, defineScale, defineUpdate } from './operations.ts'

export const deployments = (): Plugin => ({
  name: 'deployments',
  after: ['namespaces', 'packs', 'nodes', 'pods', 'runtime'],
  apply(kernel) {
    kernel.kinds.define<Deployment>('deployments', {
      schema: Deployment,
      unique: { name: ({ namespace, name }) => `${namespace}/${name}` },
      indexes: { namespace: ({ namespace }) => namespace },
      watch: { permission: 'deployments:read', view: (deployment) => deployment },
    })
    defineReads(kernel)
    defineCreate(kernel)
    defineUpdate(kernel)
    defineScale(kernel)
    defineRollback(kernel)
    definePauses(kernel)
    definePromote(kernel)
    defineDelete(kernel)
    new Controller(kernel).begin()
  },
})
