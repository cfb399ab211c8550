/** Everything that the palette leads to: what can be done to the object that is shown, every place, and every object by its name. */
import type { Namespace } from '../../../kernel/schema/cluster.ts'
import type { Deployment } from '../../../kernel/schema/deployment.ts'
import type { Node } from '../../../kernel/schema/node.ts'
import type { Pod } from '../../../kernel/schema/pod.ts'
import type { Cluster } from '../cluster.ts'
import { deploymentActions } from '../deployments/deployment-actions.ts'
import { hasEnded } from '../load.ts'
import { namespaceActions } from '../namespaces/namespace-actions.ts'
import { nodeActions } from '../nodes/node-actions.ts'
import type { Action } from '../parts/action.ts'
import { Found } from '../parts/find.ts'
import { podActions } from '../pods/pod-actions.ts'
import { addressOf, deploymentAddress, namespaceAddress, nodeAddress, packAddress, PLACES, podAddress, type Route } from '../route.ts'
import { PAGES } from './pages.ts'
import type { Entry } from './palette-model.ts'

export interface Leading {
  readonly go: (address: string) => void
  readonly ask: (action: Action) => void
}

export function* entriesOf(cluster: Cluster, route: Route, { go, ask }: Leading): Generator<Entry> {
  for (const action of actionsAt(cluster, route))
    yield { kind: 'Do', text: action.label, detail: route.path.join('/'), run: () => ask(action) }
  for (const place of PLACES) {
    const { title, key } = PAGES[place]
    yield { kind: 'Page', text: title, ...(key === undefined ? {} : { detail: `g ${key}` }), run: () => go(addressOf({ place })) }
  }
  yield* objectsOf(cluster, go)
}

function* objectsOf(cluster: Cluster, go: Leading['go']): Generator<Entry> {
  for (const { name, status } of cluster.raw('nodes').values())
    yield { kind: 'Node', text: name, detail: status, run: () => go(nodeAddress(name)) }
  for (const deployment of cluster.raw('deployments').values())
    yield { kind: 'Deployment', text: deployment.name, detail: deployment.namespace, run: () => go(deploymentAddress(deployment)) }
  for (const { name } of cluster.raw('namespaces').values()) yield { kind: 'Namespace', text: name, run: () => go(namespaceAddress(name)) }
  for (const name of new Set([...cluster.raw('packs').values()].map((pack) => pack.name)))
    yield { kind: 'Pack', text: name, run: () => go(packAddress(name)) }
  for (const pod of cluster.raw('pods').values())
    yield { kind: 'Pod', text: pod.name, detail: `${pod.namespace} ${pod.status}`, run: () => go(podAddress(pod)) }
}

/** What can be done to the object that the address names. */
function actionsAt(cluster: Cluster, { place, path }: Route): readonly Action[] {
  if (path.length === 0) return []
  if (place === 'pods') {
    const pod = new Found<Pod>().in(cluster.raw('pods'), path)
    return pod ? podActions(pod, { nodes: cluster.raw('nodes') }) : []
  }
  if (place === 'nodes') {
    const node = new Found<Node>().in(cluster.raw('nodes'), path)
    return node ? nodeActions(node, cluster.fleet.holdingOf(node.id).load.pods) : []
  }
  if (place === 'deployments') {
    const deployment = new Found<Deployment>().in(cluster.raw('deployments'), path)
    return deployment ? deploymentActions(deployment) : []
  }
  if (place !== 'namespaces') return []
  const namespace = new Found<Namespace>().in(cluster.raw('namespaces'), path)
  return namespace ? namespaceActions(namespace, podsIn(cluster, namespace.name)) : []
}

const podsIn = (cluster: Cluster, name: string): number =>
  [...cluster.raw('pods').values()].filter((pod) => pod.namespace === name && !hasEnded(pod)).length
