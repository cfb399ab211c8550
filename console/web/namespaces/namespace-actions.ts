/** What can be done to namespaces. */
import type { Namespace } from '../../../kernel/schema/cluster.ts'
import type { Value } from '../forms/value.ts'
import { shellWord } from '../format.ts'
import { restoring, type Action, type Step } from '../parts/action.ts'

const RESERVED: readonly string[] = ['default', 'stark-system', 'stark-public']
const FIELDS = ['resourceQuota', 'limitRange', 'labels', 'annotations']

export const createNamespace: Action = {
  label: 'Create a namespace',
  operation: 'namespaces.create',
  input: {},
  consequence: 'A namespace is where names are unique and quotas hold. Without a quota it takes what there is.',
  command: (filled) => `npx stark namespace create --input ${shellWord(JSON.stringify(filled))}`,
  done: 'The namespace is there',
  form: { fields: ['name', ...FIELDS], value: {} },
}

/** @param pods how many are in it */
export function namespaceActions(namespace: Namespace, pods: number): readonly Action[] {
  const { id, name, phase, labels, annotations, resourceQuota, limitRange } = namespace
  if (phase === 'terminating') return []
  const value: Value = { labels, annotations, ...(resourceQuota ? { resourceQuota } : {}), ...(limitRange ? { limitRange } : {}) }
  const changing: Step = { operation: 'namespaces.update', input: { name }, expects: { kind: 'namespaces', id } }
  const edit: Action = {
    ...changing,
    label: 'Edit',
    consequence: `Changes what may be in ${name} from now on. What is there stays, also where it is more.`,
    command: (filled) => `npx stark namespace update ${shellWord(name)} --input ${shellWord(JSON.stringify(filled))}`,
    done: `Namespace ${name} is changed`,
    form: { fields: FIELDS, value, isPatch: true },
    undo: (filled) => ({ steps: [restoring(changing, value, filled)], done: `Namespace ${name} is as it was` }),
  }
  const remove: Action = {
    label: 'Delete',
    operation: 'namespaces.delete',
    input: { name },
    consequence: `Stops and removes all that is in ${name}, ${pods} ${pods === 1 ? 'pod' : 'pods'} and its deployments, then the namespace. This cannot be taken back.`,
    command: `npx stark namespace delete ${shellWord(name)}`,
    done: `Namespace ${name} is being deleted`,
    isDangerous: true,
  }
  return RESERVED.includes(name) ? [edit] : [edit, remove]
}
