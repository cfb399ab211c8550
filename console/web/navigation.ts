/** The address bar as something reactive: links and the back button change it, and what reads it follows. */
import { shallowRef } from '@vue/reactivity'
import { addressOf, routeOf, type Route } from './route.ts'

export class Navigation {
  readonly #route = shallowRef<Route>(routeOf(location))
  readonly #follow = (): void => {
    this.#route.value = routeOf(location)
  }

  get route(): Route {
    return this.#route.value
  }

  start(): void {
    addEventListener('popstate', this.#follow)
  }

  stop(): void {
    removeEventListener('popstate', this.#follow)
  }

  go(address: string): void {
    history.pushState(null, '', address)
    this.#follow()
  }

  /** Changes what is asked of the place where one is, without a step for the back button: for what is typed. */
  refine(query: Readonly<Record<string, string>>): void {
    const before = this.route
    history.replaceState(null, '', addressOf({ ...before, query: { ...before.query, ...query } }))
    this.#follow()
  }

  /** Takes a click on a link of the console; one that asks for a new tab or a download is the browser's. @returns whether it was taken */
  take(event: MouseEvent): boolean {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return false
    const link = event.composedPath().find((each): each is HTMLAnchorElement => each instanceof HTMLAnchorElement)
    if (!link || link.origin !== location.origin || link.target !== '' || routeOf(link).place === 'nowhere') return false
    event.preventDefault()
    this.go(link.pathname + link.search)
    return true
  }
}
