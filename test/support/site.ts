/** A web site that is somebody else's: pages from an origin that is not the control plane's, with headers of their own. */
import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

export interface SitePage {
  readonly html: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface SiteRequest {
  readonly method: string
  readonly url: string
  readonly cookie: string | undefined
  readonly origin: string | undefined
}

export class Site {
  readonly url: string
  /** All that arrived, oldest first, but for pages and the icon that browsers ask for by themselves. */
  readonly requests: SiteRequest[] = []
  readonly #server: Server
  readonly #pages = new Map<string, SitePage>()

  private constructor(server: Server, host: string) {
    this.#server = server
    this.url = `http://${host}:${(server.address() as AddressInfo).port}`
    server.on('request', ({ method = '', url = '', headers }, response) => {
      const page = this.#pages.get(url)
      if (page) {
        response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...page.headers })
        return response.end(page.html)
      }
      if (url !== '/favicon.ico') this.requests.push({ method, url, cookie: headers.cookie, origin: headers.origin })
      // As careless as a server can be, so that only the browser and its policies stand in the way.
      response.writeHead(url === '/favicon.ico' ? 204 : 200, {
        'access-control-allow-origin': headers.origin ?? '*',
        'access-control-allow-credentials': 'true',
        'access-control-allow-headers': '*',
      })
      return response.end('secret of the site')
    })
  }

  /** @param host an address of this machine: each is another site */
  static async open(host = '127.0.0.1'): Promise<Site> {
    const server = createServer()
    await once(server.listen(0, host), 'listening')
    return new Site(server, host)
  }

  /** @returns the page's address */
  page(path: string, page: SitePage): string {
    this.#pages.set(path, page)
    return this.url + path
  }

  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }
}
