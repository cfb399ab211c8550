/** What each list is about: its words, its columns, what it can be narrowed down by, and what can be done to many rows at once. */
import type { Cluster, Listed, Records } from '../cluster.ts'
import { deploymentActions } from '../deployments/deployment-actions.ts'
import { nodeActions } from '../nodes/node-actions.ts'
import type { Action } from '../parts/action.ts'
import { podActions } from '../pods/pod-actions.ts'
import { nodeStatusText } from '../status.ts'
import { deploymentColumns, namespaceColumns, nodeColumns, packColumns, podColumns } from './columns.ts'
import type { ShownColumn } from './data-table.ts'
import type { Facets } from './list-model.ts'

export interface List<K extends Listed> {
  readonly title: string
  readonly noun: string
  readonly none: string
  /** How one comes by the first. */
  readonly start: string
  readonly columns: (cluster: Cluster) => readonly ShownColumn<Records[K]>[]
  readonly facets: Facets<Records[K]>
  readonly many?: {
    readonly labels: readonly string[]
    readonly actions: (record: Records[K], cluster: Cluster) => readonly Action[]
  }
}

export const LISTS: { readonly [K in Listed]: List<K> } = {
  nodes: {
    title: 'Nodes',
    noun: 'node',
    none: 'There is no node yet.',
    start: 'npx stark node join',
    columns: nodeColumns,
    facets: { status: nodeStatusText, labels: ({ labels }) => labels },
    many: {
      labels: ['Cordon', 'Uncordon', 'Drain'],
      actions: (node, { fleet }) => nodeActions(node, fleet.holdingOf(node.id).load.pods),
    },
  },
  pods: {
    title: 'Pods',
    noun: 'pod',
    none: 'There is no pod yet.',
    start: 'npx stark deploy ./hello --watch',
    columns: podColumns,
    facets: { status: ({ status }) => status, namespace: ({ namespace }) => namespace, labels: ({ labels }) => labels },
    many: { labels: ['Restart', 'Stop', 'Delete'], actions: podActions },
  },
  deployments: {
    title: 'Deployments',
    noun: 'deployment',
    none: 'There is no deployment yet.',
    start: 'npx stark deploy ./web --replicas 3',
    columns: () => deploymentColumns,
    facets: { status: ({ status }) => status.phase, namespace: ({ namespace }) => namespace, labels: ({ labels }) => labels },
    many: { labels: ['Restart', 'Pause', 'Resume', 'Delete'], actions: deploymentActions },
  },
  packs: {
    title: 'Packs',
    noun: 'pack',
    none: 'There is no pack yet.',
    start: 'npx stark pack init hello',
    columns: () => packColumns,
    facets: { labels: ({ labels }) => labels },
  },
  namespaces: {
    title: 'Namespaces',
    noun: 'namespace',
    none: 'There is no namespace that you may see.',
    start: 'npx stark namespace create NAME',
    columns: () => namespaceColumns,
    facets: { status: ({ phase }) => phase, labels: ({ labels }) => labels },
  },
}
