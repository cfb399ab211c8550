/**
 * <map-list by="zone" .cluster=${cluster} .navigation=${navigation}></map-list>
 * The map for whoever does not see it: the same nodes in the same groups and order, as a table.
 */
import { html } from 'lit'
import type { Cluster } from '../cluster.ts'
import type { ShownColumn } from '../tables/data-table.ts'
import { percent } from '../load.ts'
import type { Navigation } from '../navigation.ts'
import { Paced } from '../paced.ts'
import { nodeAddress } from '../route.ts'
import { StateElement } from '../state-element.ts'
import { nodeStatus, nodeStatusText } from '../status.ts'
import { shared } from '../styles.ts'
import { sorted } from '../tables/table-model.ts'
import type { Node } from '../../../kernel/schema/node.ts'
import { groupsOf } from './grouping.ts'

export class MapList extends StateElement {
  static override styles = shared
  static override properties = {
    by: {},
    cluster: { attribute: false },
    navigation: { attribute: false },
    sort: { state: true },
  }
  declare by: string
  declare cluster: Cluster
  declare navigation: Navigation
  declare sort: string

  constructor() {
    super()
    this.addController(new Paced(this, () => [this.cluster.nodes.size, this.cluster.fleet.counts]))
    this.sort = 'group'
  }

  override render() {
    const columns = this.#columns()
    const byName = sorted([...this.cluster.raw('nodes').values()], 'name', columns)
    return html`<data-table
      label="Nodes of the map"
      sort=${this.sort}
      .columns=${columns}
      .records=${sorted(byName, this.sort, columns)}
      @sort-by=${({ detail }: CustomEvent<string>) => (this.sort = detail)}
    ></data-table>`
  }

  #columns(): readonly ShownColumn<Node>[] {
    const holding = ({ id }: Node) => this.cluster.fleet.holdingOf(id)
    const load = (node: Node) => holding(node).load
    return [
      { key: 'group', head: 'Group', value: (node) => groupsOf(node, holding(node), this.by).join(', ') },
      { key: 'name', head: 'Name', value: ({ name }) => name, show: ({ name }) => html`<a href=${nodeAddress(name)}>${name}</a>` },
      { key: 'status', head: 'Status', value: nodeStatusText, show: nodeStatus },
      { key: 'pods', head: 'Pods', value: (node) => load(node).pods },
      { key: 'cpu', head: 'CPU', value: (node) => percent(load(node).cpu, node.allocatable.cpu) },
      { key: 'memory', head: 'Memory', value: (node) => percent(load(node).memory, node.allocatable.memory) },
    ]
  }
}
customElements.define('map-list', MapList)
