/** Every place of the console: what it is called, where it stands in the menu, the element that shows it and the file that defines that. */
import { html, type TemplateResult } from 'lit'
import { keyed } from 'lit/directives/keyed.js'
import type { Cluster, Listed } from '../cluster.ts'
import { createNamespace } from '../namespaces/namespace-actions.ts'
import type { Navigation } from '../navigation.ts'
import type { Place, Route } from '../route.ts'
import type { Session } from '../sign-in/session.ts'

export interface Around {
  readonly cluster: Cluster
  readonly navigation: Navigation
  readonly session: Session
  readonly route: Route
}
export interface Page {
  readonly title: string
  /** Of the object, where the address names one. */
  readonly one?: string
  /** After g, it leads there. */
  readonly key?: string
  /** Loads what defines the element; without it that comes with the first load. */
  readonly load?: () => Promise<unknown>
  readonly show: (around: Around) => TemplateResult
}

export const PAGES: Readonly<Record<Place, Page>> = {
  map: {
    title: 'Map',
    key: 'm',
    show: ({ cluster, navigation }) => html`<cluster-map .cluster=${cluster} .navigation=${navigation}></cluster-map>`,
  },
  nodes: {
    title: 'Nodes',
    one: 'Node',
    key: 'n',
    show: (around) =>
      listOr(
        around,
        'nodes',
        ({ cluster, route: { path, query } }) =>
          html`<node-page .path=${path} view=${query['view'] ?? ''} .cluster=${cluster}></node-page>`,
      ),
  },
  pods: {
    title: 'Pods',
    one: 'Pod',
    key: 'p',
    show: (around) =>
      listOr(
        around,
        'pods',
        ({ cluster, route: { path, query } }) => html`<pod-page .path=${path} view=${query['view'] ?? ''} .cluster=${cluster}></pod-page>`,
      ),
  },
  deployments: {
    title: 'Deployments',
    one: 'Deployment',
    key: 'd',
    load: () => import('../deployments/deployment-page.ts'),
    show: (around) =>
      listOr(
        around,
        'deployments',
        ({ cluster, route: { path, query } }) =>
          html`<deployment-page .path=${path} view=${query['view'] ?? ''} .query=${query} .cluster=${cluster}></deployment-page>`,
      ),
  },
  deploy: {
    title: 'Deploy',
    key: 'c',
    load: () => import('../deploy/deploy-page.ts'),
    show: ({ cluster, navigation, route }) =>
      html`${keyed(JSON.stringify(route.query), html`<deploy-page .cluster=${cluster} .navigation=${navigation} .query=${route.query}></deploy-page>`)}`,
  },
  whatif: {
    title: 'What if',
    key: 'w',
    load: () => import('../whatif/what-if-page.ts'),
    show: ({ cluster, navigation }) => html`<what-if-page .cluster=${cluster} .navigation=${navigation}></what-if-page>`,
  },
  queue: {
    title: 'Queue',
    key: 'q',
    load: () => import('../queue/queue-page.ts'),
    show: ({ cluster }) => html`<queue-page .cluster=${cluster}></queue-page>`,
  },
  charts: {
    title: 'Charts',
    key: 'h',
    load: () => import('../charts/charts-page.ts'),
    show: ({ cluster }) => html`<charts-page .cluster=${cluster}></charts-page>`,
  },
  events: {
    title: 'Events',
    key: 'e',
    load: () => import('../events/events-page.ts'),
    show: ({ cluster, navigation }) => html`<events-page .cluster=${cluster} .navigation=${navigation}></events-page>`,
  },
  history: {
    title: 'History',
    key: 'y',
    load: () => import('../history/history-page.ts'),
    show: ({ cluster, navigation }) => html`<history-page .cluster=${cluster} .navigation=${navigation}></history-page>`,
  },
  packs: {
    title: 'Packs',
    one: 'Pack',
    key: 'k',
    load: () => import('../packs/pack-page.ts'),
    show: (around) =>
      listOr(
        around,
        'packs',
        ({ cluster, route: { path, query } }) =>
          html`<pack-page name=${path.join('/')} view=${query['view'] ?? ''} .cluster=${cluster}></pack-page>`,
      ),
  },
  push: {
    title: 'Push a pack',
    key: 'b',
    load: () => import('../packs/push-page.ts'),
    show: ({ cluster }) => html`<push-page .cluster=${cluster}></push-page>`,
  },
  namespaces: {
    title: 'Namespaces',
    one: 'Namespace',
    key: 's',
    load: () => import('../namespaces/namespace-page.ts'),
    show: (around) =>
      listOr(
        around,
        'namespaces',
        ({ cluster, route: { path, query } }) =>
          html`<namespace-page .path=${path} view=${query['view'] ?? ''} .cluster=${cluster}></namespace-page>`,
      ),
  },
  secrets: {
    title: 'Secrets',
    key: 't',
    load: () => import('../secrets/secrets-page.ts'),
    show: ({ cluster, navigation }) => html`<secrets-page .cluster=${cluster} .navigation=${navigation}></secrets-page>`,
  },
  settings: {
    title: 'Settings',
    key: 'o',
    load: () => import('../settings/settings-page.ts'),
    show: ({ cluster }) => html`<settings-page .cluster=${cluster}></settings-page>`,
  },
  plugins: {
    title: 'Plugins',
    key: 'x',
    load: () => import('../plugins/plugins-page.ts'),
    show: ({ cluster }) => html`<plugins-page .cluster=${cluster}></plugins-page>`,
  },
  people: {
    title: 'People',
    key: 'u',
    load: () => import('../people/people-page.ts'),
    show: ({ cluster, route: { query } }) => html`<people-page view=${query['view'] ?? ''} .cluster=${cluster}></people-page>`,
  },
  audit: {
    title: 'Audit',
    key: 'i',
    load: () => import('../audit/audit-page.ts'),
    show: ({ cluster, navigation }) => html`<audit-page .cluster=${cluster} .navigation=${navigation}></audit-page>`,
  },
  account: {
    title: 'Your account',
    key: 'a',
    load: () => import('../people/account-page.ts'),
    show: ({ cluster, session }) => html`<account-page .cluster=${cluster} .session=${session}></account-page>`,
  },
  join: {
    title: 'Add nodes',
    key: 'j',
    load: () => import('../join/join-page.ts'),
    show: ({ cluster }) => html`<join-page .cluster=${cluster}></join-page>`,
  },
  'become-a-node': {
    title: 'Become a node',
    load: () => import('../join/become-a-node-page.ts'),
    show: ({ cluster }) => html`<become-a-node-page .cluster=${cluster}></become-a-node-page>`,
  },
}

export const MENU: readonly { readonly name: string; readonly places: readonly Place[] }[] = [
  { name: 'Cluster', places: ['map', 'nodes', 'pods', 'queue', 'deployments', 'deploy', 'whatif', 'charts', 'events', 'history'] },
  { name: 'Administration', places: ['packs', 'namespaces', 'secrets', 'settings', 'plugins', 'people', 'audit', 'join'] },
]

/** What is begun from a list. */
const BEGINNINGS: Readonly<Record<Listed, (cluster: Cluster) => TemplateResult>> = {
  nodes: () => html`<a slot="actions" class="button" href="/join">Add nodes</a>`,
  pods: () => html`<a slot="actions" class="button" href="/deploy">Deploy</a>`,
  deployments: () => html`<a slot="actions" class="button" href="/deploy">Deploy</a>`,
  packs: () => html`<a slot="actions" class="button" href="/push">Push a pack</a>`,
  namespaces: (cluster) => html`<action-button slot="actions" .action=${createNamespace} .cluster=${cluster}></action-button>`,
}

const list = ({ cluster, navigation }: Around, kind: Listed): TemplateResult =>
  html`${keyed(kind, html`<list-page kind=${kind} .cluster=${cluster} .navigation=${navigation}>${BEGINNINGS[kind](cluster)}</list-page>`)}`

const listOr = (around: Around, kind: Listed, one: (around: Around) => TemplateResult): TemplateResult =>
  around.route.path.length > 0 ? one(around) : list(around, kind)

/** What stands in the title of the window. */
export function titleOf({ place, path }: Route): string {
  if (place === 'nowhere') return 'Nothing here'
  const { title, one = title } = PAGES[place]
  return path.length > 0 ? `${path.join('/')} - ${one}` : title
}
