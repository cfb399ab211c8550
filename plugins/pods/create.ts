/** From what somebody asks for to a pod's record: which version of which pack, under which name, with which defaults. */
import semver from 'semver'
import { Type, type Static } from 'typebox'
import {
  clusterConfig,
  DnsName,
  KernelError,
  NOTHING_HAPPENED,
  Pod,
  PodTemplate,
  strict,
  type New,
  type Pack,
  type Principal,
  type State,
} from '../../kernel/index.ts'

export const PodInput = strict({
  pack: Type.String({ minLength: 1, maxLength: 320, description: 'name, or name@version; without a version the newest that has a bundle' }),
  name: Type.Optional(DnsName),
  namespace: Type.Optional(Pod.properties.namespace),
  nodeName: Type.Optional(Type.String({ minLength: 1, maxLength: 253, description: 'run on this node and no other: its name or id' })),
  ...PodTemplate.properties,
})
export type PodInput = Static<typeof PodInput>

/** A pod as it arrives at `admit`: what priority classes decide is missing unless somebody asked for it. */
type Arriving = Omit<New<Pod>, 'priority' | 'preemptionPolicy'> & Partial<Pick<Pod, 'priority' | 'preemptionPolicy'>>

/** Where nobody decides on priorities, all pods are alike. */
export const withoutClass = (pod: Pod): Pod => ({
  ...pod,
  priority: pod.priority ?? 0,
  preemptionPolicy: pod.preemptionPolicy ?? 'PreemptLowerPriority',
})

/** @param suffix makes a name of its own for a pod that was given none. @throws KernelError NOT_FOUND, BUNDLE_MISSING */
export function podOf(input: PodInput, { state, who, suffix }: { state: State; who: Principal; suffix: string }): Arriving {
  const { pack: ref, resources, ...given } = input
  const pack = choosePack(state, ref, who)
  if (input.nodeName !== undefined && !findNode(state, input.nodeName)) {
    const message = `there is no node "${input.nodeName}"`
    throw new KernelError('NOT_FOUND', message, { errors: [{ path: '/nodeName', message }] })
  }
  return {
    name: `${baseName(pack)}-${suffix}`,
    namespace: clusterConfig(state).defaultNamespace,
    nodeName: null,
    labels: {},
    annotations: {},
    tolerations: [],
    scheduling: {},
    priorityClassName: null,
    restartPolicy: 'OnFailure',
    args: [],
    secrets: [],
    terminationGracePeriodSeconds: 30,
    activeDeadlineSeconds: pack.metadata.timeoutSeconds ?? null,
    ...given,
    env: { ...pack.metadata.env, ...input.env },
    resources: { requests: { ...resources?.requests }, limits: { ...resources?.limits } },
    packId: pack.id,
    packName: pack.name,
    packVersion: pack.version,
    ...NOTHING_HAPPENED,
    deploymentId: null,
    createdBy: who.id,
  }
}

const findNode = (state: State, ref: string) => state.get('nodes', ref) ?? state.find('nodes', 'name', ref)

/** By name, or name@version. @throws KernelError NOT_FOUND, BUNDLE_MISSING */
export function choosePack(state: State, ref: string, who: Principal): Pack {
  // A scope begins with @ too: the version follows the last one that is not the first character.
  const at = ref.lastIndexOf('@')
  const [name, version] = at > 0 ? [ref.slice(0, at), ref.slice(at + 1)] : [ref, undefined]
  const seen = state
    .by('packs', 'name', name)
    .filter(({ visibility, ownerId }) => visibility === 'public' || ownerId === who.id || who.roles.includes('admin'))
  const wanted = version === undefined ? newest(seen) : seen.find((pack) => pack.version === version)
  if (!wanted) {
    const message = seen.length === 0 ? `there is no pack "${name}"` : `pack "${name}" has no version "${version ?? ''}"`
    throw new KernelError('NOT_FOUND', message, { errors: [{ path: '/pack', message }] })
  }
  if (!wanted.bundle) throw new KernelError('BUNDLE_MISSING', `${wanted.name}@${wanted.version} has no bundle yet: push it first`)
  return wanted
}

/** The newest release that has a bundle; a pre-release only when there is nothing else. */
function newest(packs: readonly Pack[]): Pack | undefined {
  const sorted = packs.toSorted((a, b) => semver.rcompare(a.version, b.version))
  const ready = sorted.filter(({ bundle }) => bundle !== null)
  return ready.find(({ version }) => semver.prerelease(version) === null) ?? ready[0] ?? sorted[0]
}

/** A pack's name as the beginning of a pod's: without scope, and of letters that a pod's name may have. */
const baseName = ({ name }: Pack): string =>
  name
    .replace(/^@[^/]*\//, '')
    .replaceAll('_', '-')
    .replace(/[^a-z0-9]+$/, '')
