/** What can be done to a pod, and what each of it means for this one. */
import type { Pod } from '../../../kernel/schema/pod.ts'
import type { Cluster } from '../cluster.ts'
import { shellWord } from '../format.ts'
import { hasEnded } from '../load.ts'
import type { Action } from '../parts/action.ts'

export function podActions(pod: Pod, { nodes }: { readonly nodes: Cluster['nodes'] }): readonly Action[] {
  const { name, terminationGracePeriodSeconds: grace } = pod
  const node = pod.nodeId === null ? undefined : (nodes.get(pod.nodeId)?.name ?? pod.nodeId)
  const facts: Facts = {
    pod,
    words: wordsOf(pod),
    where: node === undefined ? '' : ` on ${node}`,
    told: `it is told, and killed if it goes on for more than ${grace} s`,
  }
  const ended = hasEnded(pod)
  const deleting: Action = {
    label: 'Delete',
    operation: 'pods.delete',
    input: { id: pod.id },
    consequence: ended
      ? `Removes pod ${name} and its log. Its history stays.`
      : `Stops pod ${name}${facts.where}: ${facts.told}. Then it is removed with its log; its history stays.`,
    command: `npx stark delete ${facts.words}`,
    done: `Pod ${name} is being deleted`,
    isDangerous: true,
  }
  if (ended) return [deleting]
  return [restart(facts), ...(pod.deploymentId === null ? [rollBack(facts)] : []), stop(facts), deleting]
}

interface Facts {
  readonly pod: Pod
  readonly words: string
  readonly where: string
  readonly told: string
}

const restart = ({ pod: { id, name }, words, where, told }: Facts): Action => ({
  label: 'Restart',
  operation: 'pods.restart',
  input: { id },
  consequence: `Stops pod ${name}${where}: ${told}. Then it starts again there.`,
  command: `npx stark pod restart ${words}`,
  done: `Pod ${name} is being restarted`,
})

const rollBack = ({ pod: { id, name, packName, packVersion }, words }: Facts): Action => ({
  label: 'Roll back',
  operation: 'pods.rollback',
  input: { id },
  consequence: `Puts pod ${name} back from ${packName}@${packVersion} to another version, where it is: to the one before, unless you name one.`,
  command: ({ version }) => `npx stark rollback ${words}${typeof version === 'string' ? ` --version ${shellWord(version)}` : ''}`,
  done: `Pod ${name} is being put back`,
  form: { schema: { type: 'object', properties: { version: { type: 'string', description: 'such as 1.2.3' } } }, value: {} },
  undo: {
    steps: [{ operation: 'pods.rollback', input: { id, version: packVersion } }],
    done: `Pod ${name} goes back to ${packVersion}`,
  },
})

const stop = ({ pod: { id, name }, words, where, told }: Facts): Action => ({
  label: 'Stop',
  operation: 'pods.stop',
  input: { id },
  consequence: `Stops pod ${name}${where}: ${told}. It is not started again, and stays in the list.`,
  command: `npx stark stop ${words}`,
  done: `Pod ${name} is being stopped`,
  isDangerous: true,
})

/** How a command names it. */
export const wordsOf = ({ name, namespace }: { readonly name: string; readonly namespace: string }): string =>
  `${shellWord(name)}${namespace === 'default' ? '' : ` --namespace ${shellWord(namespace)}`}`
