/**
 * <stark-console></stark-console>
 * The console, whole: set-up or sign-in for whoever is nobody yet, else the shell. Holds the session and, while somebody is signed
 * in, the connection to the cluster. The set-up token is taken out of the address at once, so that it is in no history.
 */
import { html } from 'lit'
import { Cluster } from '../cluster.ts'
import { Navigation } from '../navigation.ts'
import { Session, type SignedIn } from '../sign-in/session.ts'
import { StateElement } from '../state-element.ts'

export class StarkConsole extends StateElement {
  static override properties = { setUpToken: { state: true } }
  declare setUpToken: string | null
  readonly #session = new Session()
  readonly #navigation = new Navigation()
  #cluster: Cluster | undefined
  /** Whom the server did not take: without new tokens it is not asked again. */
  #refused: SignedIn | undefined

  constructor() {
    super()
    this.setUpToken = new URLSearchParams(location.hash.slice(1)).get('setup')
    if (this.setUpToken !== null) history.replaceState(null, '', location.pathname)
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.#navigation.start()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#navigation.stop()
    this.#leave()
  }

  override render() {
    if (this.setUpToken !== null)
      return html`<set-up-form token=${this.setUpToken} @signed-in=${(event: CustomEvent<SignedIn>) => this.#setUp(event)}></set-up-form>`
    const signedIn = this.#session.current
    if (!signedIn) {
      this.#leave()
      return html`<main><sign-in-form .session=${this.#session}></sign-in-form></main>`
    }
    if (signedIn === this.#refused) return html`<main><p role="status">Signing in again</p></main>`
    return html`<console-shell .cluster=${this.#join()} .navigation=${this.#navigation} .session=${this.#session}></console-shell>`
  }

  #setUp({ detail }: CustomEvent<SignedIn>): void {
    this.setUpToken = null
    this.#session.adopt(detail)
  }

  #join(): Cluster {
    this.#cluster ??= new Cluster({
      token: () => this.#session.current?.accessToken ?? '',
      onUnauthenticated: () => void this.#comeBack(),
    })
    return this.#cluster
  }

  /** The token was too old, as after a night's sleep, or the session has ended: a new token tells. */
  async #comeBack(): Promise<void> {
    if (!this.#cluster) return
    this.#leave()
    this.#refused = this.#session.current
    this.requestUpdate()
    await this.#session.refresh()
  }

  #leave(): void {
    this.#cluster?.close()
    this.#cluster = undefined
  }
}
customElements.define('stark-console', StarkConsole)
