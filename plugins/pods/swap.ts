/**
 * Starting a pod again where it is: the same version (restart), or another one (rollback). What runs is stopped with its grace; its
 * end brings the next incarnation, on the same node. Adds the operations pods.restart and pods.rollback.
 */
import semver from 'semver'
import { Type } from 'typebox'
import {
  isBackingOff,
  isEnded,
  isLeaving,
  KernelError,
  Pod,
  Ref,
  SemVer,
  strict,
  type Call,
  type Pack,
  type Patch,
  type PluginKernel,
  type State,
  type Transaction,
} from '../../kernel/index.ts'
import { choosePack } from './create.ts'
import { askedBy } from './report.ts'
import { startAgain } from './restarts.ts'

const Named = { id: Ref, namespace: Type.Optional(Pod.properties.namespace) }
/** The pod that a caller names and may change. */
type Choose = (input: { readonly id: string; readonly namespace?: string }, call: Call) => Pod

export function defineRestart({ operations, commit }: PluginKernel, choose: Choose): void {
  operations.define({
    name: 'pods.restart',
    summary: 'Stops a pod and starts it again on its node; one that waits after a crash starts at once',
    http: 'POST /api/pods/:id/restart',
    permission: 'pods:write',
    query: ['namespace'],
    input: strict(Named),
    output: Pod,
    errors: ['NOT_FOUND', 'FORBIDDEN', 'POD_ENDED'],
    handle(input, call) {
      const pod = choose(input, call)
      mustGoOn(pod)
      if (pod.nodeId === null) return pod
      return commit(call.origin, (transaction) => swap(transaction, pod, { reason: 'Restarted', message: `restarted by ${call.who.name}` }))
    },
  })
}

export function defineRollback({ operations, state, commit }: PluginKernel, choose: Choose): void {
  operations.define({
    name: 'pods.rollback',
    summary: 'Puts a pod back to another version of its pack, in place: to the one before, unless told which',
    http: 'POST /api/pods/:id/rollback',
    permission: 'pods:write',
    query: ['namespace'],
    input: strict({ ...Named, version: Type.Optional(SemVer) }),
    output: Pod,
    errors: ['NOT_FOUND', 'FORBIDDEN', 'BUNDLE_MISSING', 'RUNTIME_MISMATCH', 'POD_ENDED', 'POD_OF_DEPLOYMENT'],
    handle({ version, ...input }, call) {
      const pod = choose(input, call)
      mustGoOn(pod)
      if (pod.deploymentId !== null) {
        throw new KernelError('POD_OF_DEPLOYMENT', `${pod.name} is one of a deployment's: roll that back`, {
          details: { deploymentId: pod.deploymentId },
        })
      }
      const pack = choosePack(state, `${pod.packName}@${version ?? versionBefore(state, pod)}`, call.who)
      if (pack.id === pod.packId) return pod
      return commit(call.origin, (transaction) => {
        transaction.amend('pods', pod.id, ofPack(pack))
        const message = `${pod.packVersion} -> ${pack.version}, by ${call.who.name}`
        return swap(transaction, { ...pod, ...ofPack(pack) }, { reason: 'RolledBack', message })
      })
    },
  })
}

const ofPack = ({ id, version }: Pack): Patch<Pod> => ({ packId: id, packVersion: version })

function mustGoOn(pod: Pod): void {
  if (!isEnded(pod) && !isLeaving(pod)) return
  throw new KernelError('POD_ENDED', `pod ${pod.name} has ended or is being stopped: create another one`, {
    details: { status: pod.status },
  })
}

function swap(transaction: Transaction, pod: Pod, { reason, message }: { reason: string; message: string }): Pod {
  // It is in nobody's hands yet: the scheduler takes it as it is now.
  if (pod.nodeId === null) return transaction.update('pods', pod.id, { reason, statusMessage: message, backOff: null })
  // Nothing of it runs, so there is nothing to wait for.
  if (isBackingOff(pod)) {
    const { incarnation } = pod
    return transaction.update('pods', pod.id, { ...startAgain({ ...pod, reason }, transaction.at), statusMessage: message, incarnation })
  }
  return transaction.update('pods', pod.id, { status: 'stopping', reason, statusMessage: message, ready: false, ...askedBy(transaction) })
}

/** The version that it ran last before this one, or the newest that is older. @throws KernelError NOT_FOUND */
function versionBefore(state: State, { id, name, packName, packVersion }: Pod): string {
  const history = state.has('podHistory') ? state.by('podHistory', 'podId', id) : []
  const swaps = history.filter(({ previousVersion, newVersion }) => previousVersion !== null && newVersion === packVersion)
  const ran = swaps.toSorted((a, b) => a.resourceVersion - b.resourceVersion).findLast((each) => each.previousVersion !== packVersion)
  if (ran?.previousVersion) return ran.previousVersion
  const older = state
    .by('packs', 'name', packName)
    .filter(({ bundle, version }) => bundle !== null && semver.lt(version, packVersion))
    .toSorted((a, b) => semver.rcompare(a.version, b.version))
  if (older[0]) return older[0].version
  throw new KernelError('NOT_FOUND', `there is no version of ${packName} before ${packVersion} that ${name} could go back to`)
}
