/**
 * <yaml-view .record=${record}></yaml-view>
 * An object whole, as YAML, with a button that copies it.
 */
import { css, html, LitElement } from 'lit'
import { shared } from '../styles.ts'
import './copy-text.ts'
import { toYaml } from './yaml.ts'

export class YamlView extends LitElement {
  static override styles = [
    shared,
    css`
      copy-text {
        max-width: 80rem;
      }
    `,
  ]
  static override properties = { record: { attribute: false } }
  declare record: object

  override render() {
    return html`<copy-text text=${toYaml(this.record)}></copy-text>`
  }
}
customElements.define('yaml-view', YamlView)
