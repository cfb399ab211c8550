/**
 * Where in the console somebody is, as it stands in the address: a place, and what is asked of it. The server serves the console
 * at each of these paths, so an address can be sent to somebody, and reloading shows the same.
 */

export const PLACES = ['map', 'nodes', 'pods', 'packs', 'namespaces', 'node', 'pod'] as const
export type Place = (typeof PLACES)[number]

export interface Route {
  readonly place: Place
  /** What a list is filtered by, how it is sorted; what the map is grouped by; which object, which view of it. */
  readonly query: Readonly<Record<string, string>>
}

/** @returns undefined for a path that is not the console's */
export function routeOf({ pathname, search }: { readonly pathname: string; readonly search: string }): Route | undefined {
  const place = PLACES.find((each) => pathOf(each) === pathname)
  return place && { place, query: Object.fromEntries(new URLSearchParams(search)) }
}

/** What is empty is left out, so that one place has one address. */
export function addressOf({ place, query }: Route): string {
  const path = pathOf(place)
  const text = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== '')).toString()
  return text === '' ? path : `${path}?${text}`
}

const pathOf = (place: Place): string => (place === 'map' ? '/' : `/${place}`)

export const podAddress = (id: string, view = ''): string => addressOf({ place: 'pod', query: { id, view } })
export const nodeAddress = (id: string): string => addressOf({ place: 'node', query: { id } })
