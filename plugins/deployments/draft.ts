/** A deployment's next pod, as it arrives at `admit`. */
import type { Deployment, DeploymentRevision, New, PluginKernel, Pod, Principal } from '../../kernel/index.ts'
import { REVISION_LABEL, STAYS } from './standing.ts'

const NAME_CHARACTERS_MAX = 240

/** Who might do what was judged when the deployment was made. */
const CLUSTER: Principal = {
  id: 'deployments',
  kind: 'system',
  roles: ['admin'],
  permissions: ['*'],
  credentialId: '',
  name: 'deployments',
}

/** @throws KernelError NOT_FOUND when the version is gone */
export function draftOf(
  { state, newId, need }: Pick<PluginKernel, 'state' | 'newId' | 'need'>,
  { id, name, namespace, packName, mode, createdBy }: Deployment,
  { revision, nodeId }: { revision: DeploymentRevision; nodeId: string | undefined },
): New<Pod> {
  const { template, packVersion, key } = revision
  const suffix = newId().slice(-8)
  const input = {
    restartPolicy: 'Always',
    ...template,
    pack: `${packName}@${packVersion}`,
    name: `${name.slice(0, NAME_CHARACTERS_MAX)}-${suffix}`,
    namespace,
    labels: { ...template.labels, [REVISION_LABEL]: key },
    tolerations: [...(template.tolerations ?? []), ...(mode === 'daemon' ? [STAYS] : [])],
    ...(nodeId === undefined ? {} : { nodeName: nodeId }),
  }
  return { ...need('podDrafts').of(input, { state, who: CLUSTER, suffix }), deploymentId: id, createdBy }
}
