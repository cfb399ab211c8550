/** What can be done to secrets. Their values go to the server and never come back, so nothing here can be undone. */
import type { Pod } from '../../../kernel/schema/pod.ts'
import type { ShownSecret } from '../cluster.ts'
import type { Schema } from '../forms/schema.ts'
import { shellWord } from '../format.ts'
import type { Action } from '../parts/action.ts'

/** The name stands in the operation's path, and this asks for it beside the value. */
const SET: Schema = {
  type: 'object',
  required: ['name', 'value'],
  properties: {
    name: { type: 'string', description: 'what pods call it: lower-case letters, digits, - and .' },
    value: { type: 'string', description: 'is not shown again', writeOnly: true, maxLength: 65_536 },
  },
}

// The commands ask for the value: on their line others could read it.
export const setSecret = (namespace: string): Action => ({
  label: 'Set a secret',
  operation: 'secrets.put',
  input: { namespace },
  consequence: `Pods of ${namespace} that name it find it in context.secrets when they start the next time. One of that name that is there already gets the new value.`,
  command: ({ name }) => `npx stark secret put ${typeof name === 'string' ? shellWord(name) : 'NAME'} --namespace ${shellWord(namespace)}`,
  done: 'The secret is set',
  form: { schema: SET, value: {} },
})

export const replaceSecret = ({ name, namespace }: ShownSecret): Action => ({
  label: 'Replace',
  operation: 'secrets.put',
  input: { name, namespace },
  consequence: `Gives ${name} a new value. Pods that run keep the old one until they start the next time. This cannot be taken back.`,
  command: `npx stark secret put ${shellWord(name)} --namespace ${shellWord(namespace)}`,
  done: `The secret ${name} has a new value`,
  form: { fields: ['value'], value: {} },
})

/** @param users pods that name it and have not ended */
export const deleteSecret = ({ name, namespace }: ShownSecret, users: readonly Pod[]): Action => ({
  label: 'Delete',
  operation: 'secrets.delete',
  input: { name, namespace },
  consequence: `Deletes ${name} from ${namespace}. ${afterwards(users)} This cannot be taken back.`,
  command: `npx stark secret delete ${shellWord(name)} --namespace ${shellWord(namespace)}`,
  done: `The secret ${name} is deleted`,
  isDangerous: true,
})

function afterwards([first, ...others]: readonly Pod[]): string {
  if (!first) return 'No pod names it now; one that does so later is refused.'
  const pods = others.length === 0 ? `The pod ${first.name} names` : `The pod ${first.name} and ${others.length} more name`
  return `${pods} it, and would fail at the next start.`
}

export const rotateKeys: Action = {
  label: 'Make a new key',
  operation: 'secrets.rotate',
  input: {},
  consequence: 'Seals every secret of the cluster, in all namespaces, with a new key, and forgets the old one. Their values stay.',
  command: 'npx stark secret rotate',
  done: 'All secrets are sealed with a new key',
}
