/**
 * Where in the console somebody is, as it stands in the address: a place, which of its objects, and what is asked of it. The server
 * serves the console at each of these paths, so an address can be sent to somebody, and reloading shows the same.
 */

/** How many parts may follow in the path: an object's name, or its namespace and name, or its id alone. */
const PARTS_MAX = {
  map: 0,
  nodes: 1,
  pods: 2,
  deployments: 2,
  // A scope is a part of its own.
  packs: 2,
  push: 0,
  namespaces: 1,
  deploy: 0,
  events: 0,
  history: 0,
  whatif: 0,
  queue: 0,
  charts: 0,
  secrets: 0,
  settings: 0,
  plugins: 0,
  people: 0,
  audit: 0,
  account: 0,
  join: 0,
  'become-a-node': 0,
} as const

export type Place = keyof typeof PARTS_MAX
export const PLACES = Object.keys(PARTS_MAX) as readonly Place[]

export interface Route {
  /** `nowhere`: there is nothing at this address. */
  readonly place: Place | 'nowhere'
  /** Which object; none is the place itself, such as a list. */
  readonly path: readonly string[]
  /** What a list is filtered by, how it is sorted; what the map is grouped by; which view of an object. */
  readonly query: Readonly<Record<string, string>>
}

const NOWHERE: Route = { place: 'nowhere', path: [], query: {} }

export function routeOf({ pathname, search }: { readonly pathname: string; readonly search: string }): Route {
  const [first = 'map', ...rest] = pathname.split('/').filter(Boolean)
  const place = PLACES.find((each) => each === first)
  const path = decoded(rest)
  if (!place || !path || path.length > PARTS_MAX[place] || (first === 'map' && pathname !== '/')) return NOWHERE
  return { place, path, query: Object.fromEntries(new URLSearchParams(search)) }
}

/** What a query says under some names, and is not empty. */
export const partOf = <N extends string>(query: Route['query'], names: readonly N[]): Readonly<Partial<Record<N, string>>> =>
  Object.fromEntries(names.flatMap((name) => (query[name] ? [[name, query[name]]] : []))) as Partial<Record<N, string>>

/** @returns undefined for what is not text */
function decoded(parts: readonly string[]): readonly string[] | undefined {
  try {
    return parts.map(decodeURIComponent)
  } catch {
    return undefined
  }
}

/** What is empty is left out, so that one place has one address. */
export function addressOf({ place, path = [], query = {} }: Pick<Route, 'place'> & Partial<Route>): string {
  const parts = place === 'map' ? path : [place, ...path]
  const text = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== '')).toString()
  return `/${parts.map(encodePart).join('/')}${text === '' ? '' : `?${text}`}`
}

/** The @ of a scope may stand in a path as it is. */
const encodePart = (part: string): string => encodeURIComponent(part).replaceAll('%40', '@')

interface InNamespace {
  readonly namespace: string
  readonly name: string
}
export const podAddress = ({ namespace, name }: InNamespace, view = ''): string =>
  addressOf({ place: 'pods', path: [namespace, name], query: { view } })
export const deploymentAddress = ({ namespace, name }: InNamespace, view = ''): string =>
  addressOf({ place: 'deployments', path: [namespace, name], query: { view } })
/** @param ref its name or its id */
export const nodeAddress = (ref: string, view = ''): string => addressOf({ place: 'nodes', path: [ref], query: { view } })
/** @param node its name */
export const ifDrainedAddress = (node: string): string =>
  addressOf({ place: 'whatif', query: { steps: JSON.stringify([{ op: 'drain', node }]) } })
export const packAddress = (name: string, view = ''): string => addressOf({ place: 'packs', path: name.split('/'), query: { view } })
export const namespaceAddress = (name: string, view = ''): string => addressOf({ place: 'namespaces', path: [name], query: { view } })
