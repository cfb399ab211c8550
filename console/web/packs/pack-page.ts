/**
 * <pack-page name="@scope/web" view="" .cluster=${cluster}></pack-page>
 * One pack: its versions, newest first, which pods run each, and what can be done with it.
 */
import { css, html, type TemplateResult } from 'lit'
import type { Pack } from '../../../kernel/schema/pack.ts'
import type { Pod } from '../../../kernel/schema/pod.ts'
import type { Cluster } from '../cluster.ts'
import { kilobytes } from '../format.ts'
import { hasEnded } from '../load.ts'
import '../parts/action-button.ts'
import { tabs } from '../parts/tabs.ts'
import '../parts/yaml-view.ts'
import { Paced } from '../paced.ts'
import { addressOf, packAddress } from '../route.ts'
import { StateElement } from '../state-element.ts'
import { confirmation } from '../status.ts'
import { shared } from '../styles.ts'
import { since } from '../time.ts'
import { packActions } from './pack-actions.ts'
import './pack-files.ts'

const VIEWS = [
  ['', 'Versions'],
  ['yaml', 'YAML'],
] as const

export class PackPage extends StateElement {
  static override styles = [
    shared,
    css`
      td:last-child {
        min-width: 22rem;
      }
    `,
  ]
  static override properties = { name: {}, view: {}, cluster: { attribute: false } }
  declare name: string
  declare view: string
  declare cluster: Cluster
  /** How many pods run each version. */
  #running: ReadonlyMap<string, number> = new Map()

  constructor() {
    super()
    this.addController(new Paced(this, () => this.cluster.pods.size))
  }

  override render(): TemplateResult {
    const { cluster, name } = this
    if (!cluster.hasLoaded('packs')) return html`<p role="status">Loading</p>`
    const versions = [...cluster.all('packs').values()].filter((pack) => pack.name === name || pack.id === name)
    const [newest] = versions.toSorted(newestFirst)
    if (!newest)
      return html`<h1>No such pack</h1>
        <p>There is no pack ${name} that you may see. <a href="/packs">All packs</a></p>`
    return html`
      <div class="row between">
        <h1>${newest.name}</h1>
        <div class="row">
          <a class="button" href=${addressOf({ place: 'push' })}>Push a version</a>
          <a class="button" data-kind="primary" href=${addressOf({ place: 'deploy', query: { pack: newest.name } })}>Deploy it</a>
        </div>
      </div>
      <p class="muted">${newest.description}</p>
      ${tabs({ of: 'this pack', views: VIEWS, current: this.view, address: (view) => packAddress(newest.name, view) })}
      ${this.view === 'yaml' ? html`<yaml-view .record=${versions.toSorted(newestFirst)}></yaml-view>` : this.#versions(versions)}
    `
  }

  #versions(versions: readonly Pack[]): TemplateResult {
    this.#running = countedByPack(this.cluster.raw('pods').values())
    return html`
      <div class="scroll" role="region" aria-label="Versions" tabindex="0">
        <table>
          <thead>
            <tr>
              <th>Version</th>
              <th>Runs on</th>
              <th>Visibility</th>
              <th>Size</th>
              <th>Pods</th>
              <th>Pushed</th>
              <th><span class="hidden">What can be done</span></th>
            </tr>
          </thead>
          <tbody>
            ${versions.toSorted(newestFirst).map((pack) => this.#row(pack))}
          </tbody>
        </table>
      </div>
    `
  }

  #row(pack: Pack): TemplateResult {
    const { name, version, runtimeTag, visibility, bundle, createdAt, id } = pack
    const pods = this.#running.get(id) ?? 0
    return html`<tr>
      <th scope="row">${version} ${confirmation(pack)}</th>
      <td>${runtimeTag}</td>
      <td>${visibility}</td>
      <td>${bundle ? html`<span title="sha-256 ${bundle.sha256}">${kilobytes(bundle.bytes)}</span>` : 'no bundle'}</td>
      <td>${pods === 0 ? '0' : html`<a href=${addressOf({ place: 'pods', query: { filter: `${name}@${version}` } })}>${pods}</a>`}</td>
      <td>${since(createdAt)}</td>
      <td>
        <span class="row">
          <a class="button" href=${addressOf({ place: 'deploy', query: { pack: `${name}@${version}` } })}>Deploy</a>
          <pack-files .pack=${pack} .cluster=${this.cluster}></pack-files>
          ${packActions(pack, pods).map((action) => html`<action-button .action=${action} .cluster=${this.cluster}></action-button>`)}
        </span>
      </td>
    </tr>`
  }
}
customElements.define('pack-page', PackPage)

const newestFirst = (a: Pack, b: Pack): number => b.version.localeCompare(a.version, 'en', { numeric: true })

function countedByPack(pods: Iterable<Pod>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const pod of pods) if (!hasEnded(pod)) counts.set(pod.packId, (counts.get(pod.packId) ?? 0) + 1)
  return counts
}
