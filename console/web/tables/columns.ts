/** What each list shows of its objects, and where its links lead. */
import { html } from 'lit'
import type { Namespace } from '../../../kernel/schema/cluster.ts'
import type { Labels } from '../../../kernel/schema/common.ts'
import type { Deployment } from '../../../kernel/schema/deployment.ts'
import type { Node } from '../../../kernel/schema/node.ts'
import type { Pack } from '../../../kernel/schema/pack.ts'
import type { Pod } from '../../../kernel/schema/pod.ts'
import type { Cluster } from '../cluster.ts'
import type { ShownColumn } from './data-table.ts'
import { sparkline } from '../charts/sparkline.ts'
import { kilobytes } from '../format.ts'
import { pressureOf } from '../load.ts'
import { deploymentAddress, namespaceAddress, nodeAddress, packAddress, podAddress } from '../route.ts'
import { deploymentStatus, nodeStatus, nodeStatusText, podStatus } from '../status.ts'
import { sinceColumn } from '../time.ts'
import { labelChips } from './label-chips.ts'

const labels = {
  key: 'labels',
  head: 'Labels',
  value: (record: { readonly labels: Labels }) =>
    Object.entries(record.labels)
      .map((pair) => pair.join('='))
      .join(', '),
  show: (record: { readonly labels: Labels }) => labelChips(record.labels),
}

export function podColumns(cluster: Cluster): readonly ShownColumn<Pod>[] {
  const nodes = cluster.raw('nodes')
  const nodeName = ({ nodeId }: Pod): string => (nodeId === null ? '-' : (nodes.get(nodeId)?.name ?? nodeId))
  return [
    { key: 'name', head: 'Name', value: ({ name }) => name, show: (pod) => html`<a href=${podAddress(pod)}>${pod.name}</a>` },
    { key: 'status', head: 'Status', value: ({ status }) => status, show: ({ status }) => podStatus(status) },
    { key: 'namespace', head: 'Namespace', value: ({ namespace }) => namespace },
    { key: 'reason', head: 'Reason', value: ({ reason }) => reason ?? '-' },
    {
      key: 'node',
      head: 'Node',
      value: nodeName,
      isForeign: true,
      show: (pod) => (pod.nodeId === null ? '-' : html`<a href=${nodeAddress(nodeName(pod))}>${nodeName(pod)}</a>`),
    },
    { key: 'pack', head: 'Pack', value: ({ packName, packVersion }) => `${packName}@${packVersion}` },
    { key: 'restarts', head: 'Restarts', value: ({ restarts }) => restarts },
    labels,
    sinceColumn,
  ]
}

export function nodeColumns(cluster: Cluster): readonly ShownColumn<Node>[] {
  const load = ({ id }: Node) => cluster.fleet.holdingOf(id).load
  return [
    { key: 'name', head: 'Name', value: ({ name }) => name, show: ({ name }) => html`<a href=${nodeAddress(name)}>${name}</a>` },
    { key: 'status', head: 'Status', value: nodeStatusText, show: nodeStatus },
    {
      key: 'runtime',
      head: 'Runtime',
      value: ({ runtimeType, capabilities }) => `${runtimeType} ${capabilities.runtimeVersion ?? ''}`.trim(),
    },
    {
      key: 'lately',
      head: 'Lately',
      isForeign: true,
      value: (node) => pressureOf(load(node), node),
      show: ({ id }) => sparkline(cluster.recorder.pressures(id), 'Full'),
    },
    {
      key: 'pods',
      head: 'Pods',
      isForeign: true,
      value: (node) => load(node).pods,
      show: (node) => `${load(node).pods} of ${node.allocatable.pods}`,
    },
    {
      key: 'cpu',
      head: 'CPU',
      isForeign: true,
      value: (node) => load(node).cpu,
      show: (node) => `${load(node).cpu} of ${node.allocatable.cpu} m`,
    },
    {
      key: 'memory',
      head: 'Memory',
      isForeign: true,
      value: (node) => load(node).memory,
      show: (node) => `${load(node).memory} of ${node.allocatable.memory} MB`,
    },
    labels,
    sinceColumn,
  ]
}

export const packColumns: readonly ShownColumn<Pack>[] = [
  { key: 'name', head: 'Name', value: ({ name }) => name, show: ({ name }) => html`<a href=${packAddress(name)}>${name}</a>` },
  { key: 'version', head: 'Version', value: ({ version }) => version },
  { key: 'runtime', head: 'Runs on', value: ({ runtimeTag }) => runtimeTag },
  { key: 'visibility', head: 'Visibility', value: ({ visibility }) => visibility },
  {
    key: 'size',
    head: 'Size',
    value: ({ bundle }) => bundle?.bytes ?? 0,
    show: ({ bundle }) => (bundle ? kilobytes(bundle.bytes) : 'no bundle'),
  },
  { key: 'description', head: 'Description', value: ({ description }) => description },
  sinceColumn,
]

export const namespaceColumns: readonly ShownColumn<Namespace>[] = [
  {
    key: 'name',
    head: 'Name',
    value: ({ name }) => name,
    show: ({ name }) => html`<a href=${namespaceAddress(name)}>${name}</a>`,
  },
  { key: 'phase', head: 'Phase', value: ({ phase }) => phase },
  {
    key: 'quota',
    head: 'Quota',
    value: ({ resourceQuota }) =>
      resourceQuota
        ? Object.entries(resourceQuota.hard)
            .map(([what, most]) => `${what} ${most}`)
            .join(', ')
        : '-',
  },
  labels,
  sinceColumn,
]

export const deploymentColumns: readonly ShownColumn<Deployment>[] = [
  {
    key: 'name',
    head: 'Name',
    value: ({ name }) => name,
    show: (deployment) => html`<a href=${deploymentAddress(deployment)}>${deployment.name}</a>`,
  },
  { key: 'namespace', head: 'Namespace', value: ({ namespace }) => namespace },
  { key: 'status', head: 'Status', value: ({ status }) => status.phase, show: ({ status }) => deploymentStatus(status.phase) },
  {
    key: 'available',
    head: 'Available',
    value: ({ status }) => status.available,
    show: ({ status }) => `${status.available} of ${status.desired}`,
  },
  {
    key: 'updated',
    head: 'Up to date',
    value: ({ status }) => status.updated,
    show: ({ status }) => `${status.updated} of ${status.desired}`,
  },
  { key: 'pack', head: 'Pack', value: ({ packName, status }) => `${packName}@${status.version}` },
  { key: 'revision', head: 'Revision', value: ({ revision }) => revision },
  labels,
  sinceColumn,
]
