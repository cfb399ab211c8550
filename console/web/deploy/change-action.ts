/** A change of something other than the pod that would place it: as the action that makes it, where the console can. */
import type { Namespace } from '../../../kernel/schema/cluster.ts'
import type { Node } from '../../../kernel/schema/node.ts'
import type { Cluster } from '../cluster.ts'
import { isObject, merged } from '../forms/value.ts'
import { shellWord } from '../format.ts'
import type { Action } from '../parts/action.ts'
import type { Explanation } from '../pods/explanation.ts'

export type Change = Explanation['changes'][number]

/** @returns undefined for a change of the pod itself, and for a node that somebody has to add */
export function changeAction({ kind, text, patch }: Change, cluster: Pick<Cluster, 'nodes' | 'all'>): Action | undefined {
  if (!isObject(patch)) return undefined
  const { name, ...rest } = patch
  const input = JSON.stringify(rest)
  const named = typeof name === 'string' ? name : ''
  const common = { label: capital(text), done: `Done: ${text}` }
  switch (kind) {
    case 'cluster':
      return {
        ...common,
        operation: 'cluster.update',
        input: patch,
        consequence: `Changes the configuration of the whole cluster: ${text}.`,
        command: `npx stark cluster update --input ${shellWord(input)}`,
      }
    case 'namespace':
      return {
        ...common,
        operation: 'namespaces.update',
        input: { name, ...withNamespace(rest, named, cluster) },
        consequence: `Changes namespace ${named} for all that is in it: ${text}.`,
        command: `npx stark namespace update ${shellWord(named)} --input ${shellWord(input)}`,
      }
    case 'node':
      return [...cluster.nodes.values()].some((node: Node) => node.name === named) && rest['unschedulable'] === false
        ? {
            ...common,
            operation: 'nodes.uncordon',
            input: { id: named },
            consequence: `Node ${named} takes new pods again.`,
            command: `npx stark node uncordon ${shellWord(named)}`,
          }
        : undefined
    default:
      return undefined
  }
}

/** The operation replaces a quota; the change says only what becomes of it. */
function withNamespace(patch: object, name: string, cluster: Pick<Cluster, 'all'>): object {
  const before = [...cluster.all('namespaces').values()].find((each: Namespace) => each.name === name)
  return merged(before ? { resourceQuota: before.resourceQuota } : {}, patch) as object
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
