/** How deployments are named by callers, and what a call may change of one. */
import { Type } from 'typebox'
import { Deployment, KernelError, lookUp, Ref, type Call, type Patch, type Reader } from '../../kernel/index.ts'
import type { Runner } from './versions.ts'

export const Named = { id: Ref, namespace: Type.Optional(Deployment.properties.namespace) }
export type Named = { readonly id: string; readonly namespace?: string }

export const find = (reader: Reader, { id, namespace = 'default' }: Named): Deployment =>
  lookUp(reader, 'deployments', { ref: id, rule: 'name', key: `${namespace}/${id}` })

/** One's own that goes on. */
export function mustChange(reader: Reader, named: Named, { who }: Call): Deployment {
  const deployment = find(reader, named)
  if (deployment.createdBy !== who.id && !who.roles.includes('admin')) {
    throw new KernelError('FORBIDDEN', `deployment ${deployment.name} belongs to somebody else`)
  }
  if (deployment.deletedAt !== null) throw new KernelError('CONFLICT', `deployment ${deployment.name} is being deleted`)
  return deployment
}

export const runnerOf = ({ who }: Call): Runner => ({ id: who.id, isAdmin: who.roles.includes('admin') })

/** A revision begins: its progress is measured from now. */
export const begun = ({ status }: Deployment, revision: Patch<Deployment>, at: string): Patch<Deployment> => ({
  ...revision,
  status: { ...status, phase: 'progressing', bestAvailable: 0, progressAt: at },
})
