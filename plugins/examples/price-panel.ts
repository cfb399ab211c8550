/**
 * What a node costs: a panel on the page of a node, and a colouring of the map by the price of what a pod asks for. A node says its
 * price an hour by the label `price.stark/hour`, in whatever currency.
 *
 * The module below runs in the console, in the browser of whoever looks: it is plain JavaScript, imports nothing from elsewhere, and
 * gets `record` (the node) and `cluster` (ask, fleet, nodes, pods) as properties.
 */
import type { Panel, Plugin } from 'stark/plugin'

const source = `
const priceOf = (node) => Number(node.labels['price.stark/hour'] ?? Number.NaN)
const shareOf = (pod, node) => (pod.resources.requests.cpu ?? 0) / node.allocatable.cpu

class PricePanel extends HTMLElement {
  static colouring = { of: (pod, node) => priceOf(node) * shareOf(pod, node), least: 'costs nothing', most: 'costs 1 an hour and more' }
  #record

  set record(node) {
    this.#record = node
    this.#show()
  }

  #show() {
    const price = priceOf(this.#record)
    this.textContent = Number.isNaN(price)
      ? 'It has no label price.stark/hour.'
      : 'It costs ' + price + ' an hour, ' + (price * 24 * 30).toFixed(2) + ' a month.'
  }
}
customElements.define('price-panel', PricePanel)
`

const panel: Panel = { element: 'price-panel', title: 'Price', on: ['nodes'], isColouring: true, source }

const pricePanel = (): Plugin => ({
  name: 'price-panel',
  after: ['panels'],
  apply({ need, onStart, onStop }) {
    let remove = (): void => undefined
    onStart(() => {
      remove = need('panels').add(panel)
    })
    onStop(() => remove())
  },
})
export default pricePanel
