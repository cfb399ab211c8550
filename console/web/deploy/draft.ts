/** What is about to be created, as the operation takes it: from a pod that there is, with a change, and as it is tried first. Pure. */
import type { Pod } from '../../../kernel/schema/pod.ts'
import { isObject, merged, type Value } from '../forms/value.ts'
import { shellWord } from '../format.ts'

export type Kind = 'pod' | 'deployment'
export const OPERATIONS = { pod: 'pods.create', deployment: 'deployments.create' } as const

/** What pods.create would have been told to make another pod like this one; but for its name, which is taken, and what is usual. */
export function likePod(pod: Pod): Value {
  const { packName, packVersion, namespace, nodeName, labels, annotations, tolerations, resources, scheduling, env, args, secrets } = pod
  const { priorityClassName, restartPolicy, terminationGracePeriodSeconds, activeDeadlineSeconds } = pod
  const all = {
    pack: `${packName}@${packVersion}`,
    namespace: namespace === 'default' ? undefined : namespace,
    nodeName,
    labels,
    annotations,
    // Those of every pod are given again by admission.
    tolerations: tolerations.filter(({ key }) => key !== UNREACHABLE),
    resources,
    scheduling,
    priorityClassName: priorityClassName === 'default' ? undefined : priorityClassName,
    restartPolicy: restartPolicy === 'OnFailure' ? undefined : restartPolicy,
    terminationGracePeriodSeconds: terminationGracePeriodSeconds === GRACE_SECONDS ? undefined : terminationGracePeriodSeconds,
    activeDeadlineSeconds,
    env,
    args,
    secrets,
  }
  return filled(all) as Value
}

const UNREACHABLE = 'stark/unreachable'
/** What a pod has that was told nothing. */
const GRACE_SECONDS = 30

/** Without what is empty, all the way down. */
function filled(value: unknown): unknown {
  if (value === null || value === undefined) return undefined
  if (Array.isArray(value)) return value.length === 0 ? undefined : value
  if (!isObject(value)) return value
  const entries = Object.entries(value).flatMap(([name, each]) => {
    const kept = filled(each)
    return kept === undefined ? [] : [[name, kept] as const]
  })
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}

export const withChange = (value: Value, patch: unknown): Value => merged(value, patch) as Value

/** The pod that is tried: of a deployment one of its pods. @returns undefined until there is enough to try */
export function triedAs(kind: Kind, value: Value): Value | undefined {
  if (typeof value['pack'] !== 'string') return undefined
  if (kind === 'pod') return value
  const { pack, namespace, template } = value
  return { pack, ...(namespace === undefined ? {} : { namespace }), ...(isObject(template) ? template : {}) }
}

/** A change of the pod that was tried, as one of what is about to be created. */
export function changeOf(kind: Kind, patch: Value): Value {
  if (kind === 'pod') return patch
  const { pack, ...template } = patch
  return { ...(pack === undefined ? {} : { pack }), template }
}

export const commandFor = (kind: Kind, value: Value): string => `npx stark ${kind} create --input ${shellWord(JSON.stringify(value))}`

/** What one goes on with as the other kind: the pod's fields are the deployment's template. */
export function asKind(kind: Kind, value: Value): Value {
  const { pack, name, namespace, template, replicas: _replicas, nodeName: _nodeName, ...rest } = value
  const common = filled({ pack, name, namespace }) as Value | undefined
  const fields = kind === 'pod' ? (isObject(template) ? template : {}) : { template: filled(rest) }
  return (filled({ ...common, ...fields, ...(kind === 'deployment' ? { replicas: 2 } : {}) }) ?? {}) as Value
}
