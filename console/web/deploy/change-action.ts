/** A change of something other than the pod that would place it: as the action that makes it, where the console can. */
import type { Namespace } from '../../../kernel/schema/cluster.ts'
import type { Node } from '../../../kernel/schema/node.ts'
import type { Cluster } from '../cluster.ts'
import { isObject, merged, type Value } from '../forms/value.ts'
import { shellWord } from '../format.ts'
import { restoring, type Action, type Step } from '../parts/action.ts'
import type { Explanation } from '../pods/explanation.ts'

export type Change = Explanation['changes'][number]

/** @returns undefined for a change of the pod itself, and for a node that somebody has to add */
export function changeAction(change: Change, cluster: Pick<Cluster, 'nodes' | 'all'>): Action | undefined {
  const { kind, patch } = change
  if (!isObject(patch)) return undefined
  if (kind === 'cluster') return ofCluster(change, patch, cluster)
  const { name, ...fields } = patch
  if (typeof name !== 'string') return undefined
  if (kind === 'namespace') return ofNamespace(change, { name, fields }, cluster)
  return kind === 'node' ? ofNode(change, { name, fields }, cluster) : undefined
}

interface Named {
  readonly name: string
  /** Which of its fields become what. */
  readonly fields: Value
}

const commonOf = ({ text }: Change): Pick<Action, 'label' | 'done'> => ({ label: capital(text), done: `Done: ${text}` })
const backOf = ({ text }: Change): string => `Taken back: ${text}`

function ofCluster(change: Change, patch: Value, cluster: Pick<Cluster, 'all'>): Action {
  const step: Step = { operation: 'cluster.update', input: {} }
  const [before] = cluster.all('clusterConfigs').values()
  return {
    ...commonOf(change),
    ...step,
    input: patch,
    consequence: `Changes the configuration of the whole cluster: ${change.text}.`,
    command: `npx stark cluster update --input ${shellWord(JSON.stringify(patch))}`,
    ...(before ? { undo: { steps: [restoring(step, { ...before }, patch)], done: backOf(change) } } : {}),
  }
}

/** The operation replaces a quota; the change says only what becomes of it. */
function ofNamespace(change: Change, { name, fields }: Named, cluster: Pick<Cluster, 'all'>): Action {
  const before = [...cluster.all('namespaces').values()].find((each: Namespace) => each.name === name)
  const whole = merged(before ? { resourceQuota: before.resourceQuota } : {}, fields) as Value
  const step: Step = { operation: 'namespaces.update', input: { name } }
  return {
    ...commonOf(change),
    ...step,
    input: { name, ...whole },
    consequence: `Changes namespace ${name} for all that is in it: ${change.text}.`,
    command: `npx stark namespace update ${shellWord(name)} --input ${shellWord(JSON.stringify(fields))}`,
    ...(before ? { undo: { steps: [restoring(step, { ...before }, whole)], done: backOf(change) } } : {}),
  }
}

function ofNode(change: Change, { name, fields }: Named, { nodes }: Pick<Cluster, 'nodes'>): Action | undefined {
  const isThere = [...nodes.values()].some((node: Node) => node.name === name)
  if (!isThere || fields['unschedulable'] !== false) return undefined
  return {
    ...commonOf(change),
    operation: 'nodes.uncordon',
    input: { id: name },
    consequence: `Node ${name} takes new pods again.`,
    command: `npx stark node uncordon ${shellWord(name)}`,
    undo: { steps: [{ operation: 'nodes.cordon', input: { id: name } }], done: backOf(change) },
  }
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
