/**
 * Packs for Node.js run on Node.js nodes, packs for browsers in browsers, universal ones anywhere; a pack may ask for a least
 * version of Node.js. Taps filter, and admit: a pod that names a node of the wrong runtime, or is to get a version that cannot run
 * where it is, is refused at once.
 */
import semver from 'semver'
import { KernelError, type Node, type Pack, type Plugin, type Pod, type Reader } from '../kernel/index.ts'

export const runtime = (): Plugin => ({
  name: 'runtime',
  apply({ hooks, state, provide }) {
    provide('runtimes', { refusal })
    hooks.filter.tap('runtime', (candidates) => {
      const pack = state.get('packs', candidates.pod.packId)
      if (!pack) return
      const sharedAs = `${pack.runtimeTag} ${pack.metadata.minNodeVersion ?? ''}`
      candidates.where((node) => refusal(pack, node) ?? true, { isFixed: true, sharedAs })
      candidates.retryOn('nodes:put')
    })
    hooks.admit.tap('runtime', (record, { kind, before, state }) => {
      if (kind === 'pods') refuseMismatch(record as Pod, before as Pod | undefined, state)
    })
  },
})

/** A new pod may name its node; one that gets another version stays on the node that it is on. */
function refuseMismatch({ nodeName, nodeId, packId }: Pod, before: Pod | undefined, state: Reader): void {
  if (before?.packId === packId) return
  const ref = nodeId ?? nodeName
  if (ref === null) return
  const node = state.get('nodes', ref) ?? state.find('nodes', 'name', ref)
  const pack = state.get('packs', packId)
  const reason = node && pack ? refusal(pack, node) : undefined
  if (!node || !pack || reason === undefined) return
  throw new KernelError(
    'RUNTIME_MISMATCH',
    `${pack.name}@${pack.version} cannot run on ${node.name}: it is refused because ${node.name} ${reason}`,
    {
      details: { runtimeTag: pack.runtimeTag, runtimeType: node.runtimeType },
      errors: [{ path: before ? '/version' : '/nodeName', message: reason }],
    },
  )
}

function refusal({ runtimeTag, metadata }: Pack, { runtimeType, capabilities }: Node): string | undefined {
  if (runtimeTag !== 'universal' && runtimeTag !== runtimeType) return runtimeType === 'browser' ? 'is a browser' : 'is no browser'
  const least = metadata.minNodeVersion
  if (least === undefined || runtimeType !== 'node') return undefined
  const version = semver.coerce(capabilities.runtimeVersion)
  if (!version) return `does not say its version of Node.js: ${least} is needed`
  return semver.gte(version, least) ? undefined : `has too old a Node.js: ${version.version}, and ${least} is needed`
}
