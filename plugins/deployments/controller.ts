/**
 * Keeps deployments as they should be. Whenever one of its pods, the deployment, a node or a pack has changed, and each second while
 * something is still to come, a deployment is looked at as it is now and one commit does what is to be done next. Reading, judging
 * and writing are one step, so what was judged still holds.
 */
import type { Change, Deployment, Node, PluginKernel, Pod } from '../../kernel/index.ts'
import { Turn } from './turn.ts'

const TICK_MS = 1_000

export class Controller {
  readonly #kernel: PluginKernel
  readonly #dirty = new Set<string>()
  #isDue = false
  /** epoch ms; the store was away, and is left alone for a while */
  #restsUntil = 0

  constructor(kernel: PluginKernel) {
    this.#kernel = kernel
  }

  /** Looks at what is, and follows what happens. */
  begin(): void {
    const kernel = this.#kernel
    kernel.onStart(() => this.#reviewAll(() => true))
    kernel.onApplied(({ changes }) => this.#observe(changes))
    kernel.clock.every(TICK_MS, () => this.#reviewAll(({ status }) => status.phase !== 'complete'))
  }

  #observe(changes: readonly Change[]): void {
    for (const change of changes) {
      const { kind, id, before } = change
      const after = change.op === 'put' ? change.record : undefined
      if (kind === 'deployments') this.#review(id)
      else if (kind === 'pods') {
        const { deploymentId } = (after ?? before) as Pod
        if (deploymentId !== null) this.#review(deploymentId)
      } else if (kind === 'nodes') this.#observeNode(before as Node | undefined, after as Node | undefined)
      else if (kind === 'packs') this.#reviewAll(({ followVersion }) => followVersion)
      else if (kind === 'namespaces') this.#reviewAll(() => true)
    }
  }

  #observeNode(before: Node | undefined, after: Node | undefined): void {
    if (isMoved(before, after)) this.#reviewAll(({ mode }) => mode === 'daemon')
    if (!after || Boolean(before?.drain) === Boolean(after.drain)) return
    for (const { deploymentId } of this.#kernel.state.by('pods', 'nodeId', after.id)) if (deploymentId !== null) this.#review(deploymentId)
  }

  #reviewAll(isMeant: (deployment: Deployment) => boolean): void {
    for (const deployment of this.#kernel.state.all('deployments')) if (isMeant(deployment)) this.#review(deployment.id)
  }

  #review(id: string): void {
    this.#dirty.add(id)
    if (this.#isDue) return
    this.#isDue = true
    const { clock } = this.#kernel
    clock.after(Math.max(0, this.#restsUntil - clock.now()), () => this.#workOff())
  }

  #workOff(): void {
    this.#isDue = false
    const ids = [...this.#dirty]
    this.#dirty.clear()
    for (const id of ids) void this.#reconcile(id)
  }

  async #reconcile(id: string): Promise<void> {
    const { state, commit, log, isReady, clock } = this.#kernel
    if (!isReady() || !state.get('deployments', id)) return
    try {
      await commit({ actorId: 'deployments' }, (transaction) => new Turn(this.#kernel, transaction, id).run())
    } catch (error) {
      log.warn('a deployment was not brought further; it will be tried again', { deploymentId: id, error: String(error) })
      this.#restsUntil = clock.now() + TICK_MS
      this.#review(id)
    }
  }
}

/** Whether a daemon might have to come or go. */
const isMoved = (before: Node | undefined, after: Node | undefined): boolean =>
  before?.taints !== after?.taints ||
  before?.labels !== after?.labels ||
  before?.status !== after?.status ||
  before?.unschedulable !== after?.unschedulable ||
  before?.capabilities !== after?.capabilities
