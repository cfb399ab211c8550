/**
 * <stark-console></stark-console>
 * The console, whole: set-up or sign-in for whoever is nobody yet, else the shell. Holds the session and, while somebody is signed
 * in, the connection to the cluster. The set-up token is taken out of the address at once, so that it is in no history.
 */
import { html } from 'lit'
import { Cluster } from './cluster.ts'
import { Navigation } from './navigation.ts'
import { Session, type SignedIn } from './session.ts'
import { StateElement } from './state-element.ts'

export class StarkConsole extends StateElement {
  static override properties = { setUpToken: { state: true } }
  declare setUpToken: string | null
  readonly #session = new Session()
  readonly #navigation = new Navigation()
  #cluster: Cluster | undefined

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
    return html`<console-shell
      .cluster=${this.#join()}
      .navigation=${this.#navigation}
      who=${signedIn.user.email}
      @sign-out=${() => void this.#session.signOut()}
    ></console-shell>`
  }

  #setUp({ detail }: CustomEvent<SignedIn>): void {
    this.setUpToken = null
    this.#session.adopt(detail)
  }

  #join(): Cluster {
    this.#cluster ??= new Cluster({
      token: () => this.#session.current?.accessToken ?? '',
      onEnded: () => void this.#comeBack(),
    })
    return this.#cluster
  }

  /** The token was too old, as after a night's sleep, or the session has ended: a new token tells. */
  async #comeBack(): Promise<void> {
    this.#leave()
    await this.#session.refresh()
    this.requestUpdate()
  }

  #leave(): void {
    this.#cluster?.close()
    this.#cluster = undefined
  }
}
customElements.define('stark-console', StarkConsole)
