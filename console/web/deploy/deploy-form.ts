/** What the forms of pods and deployments ask for, of all that the operations take, and what they suggest. */
import type { Cluster } from '../cluster.ts'
import { picked } from '../forms/documents.ts'
import type { Schema } from '../forms/schema.ts'
import type { Kind } from './draft.ts'

/** The pack is named once: as name@version. */
const OTHER_NAMES: readonly string[] = ['packName', 'packVersion']
const FIRST: readonly string[] = ['pack', 'name', 'namespace', 'mode', 'replicas', 'nodeName', 'priorityClassName', 'restartPolicy']

export function deployForm(kind: Kind, schema: Schema): Schema {
  const names = Object.keys(schema.properties ?? {}).filter((name) => !OTHER_NAMES.includes(name))
  const sorted = [...FIRST.filter((name) => names.includes(name)), ...names.filter((name) => !FIRST.includes(name))]
  const form = picked(schema, sorted)
  return kind === 'pod' ? form : { ...form, required: ['pack'] }
}

export function suggestionsOf(cluster: Cluster): Readonly<Record<string, readonly string[]>> {
  const packs = [...cluster.all('packs').values()].filter(({ bundle }) => bundle !== null)
  const versions = packs.map(({ name, version }) => `${name}@${version}`).toSorted()
  return {
    '/pack': [...new Set(packs.map(({ name }) => name)), ...versions],
    '/namespace': [...cluster.all('namespaces').values()].map(({ name }) => name),
    '/nodeName': [...cluster.nodes.values()].map(({ name }) => name),
  }
}
