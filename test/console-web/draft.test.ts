/** What is about to be created, from a pod that there is and with a change. */
import { describe, expect, test } from 'vitest'
import { asKind, changeOf, likePod, triedAs, withChange } from '../../console/web/deploy/draft.ts'
import { changeAction } from '../../console/web/deploy/change-action.ts'
import { aNode, aPod } from '../support/builders.ts'

describe('another pod like one', () => {
  const pod = aPod({
    name: 'web-1',
    packName: 'web',
    packVersion: '1.0.0',
    labels: { app: 'web' },
    resources: { requests: { cpu: 9000 }, limits: {} },
    tolerations: [{ key: 'stark/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }],
  })

  test('says what is not usual of it, and not its name', () => {
    expect(likePod(pod)).toEqual({ pack: 'web@1.0.0', labels: { app: 'web' }, resources: { requests: { cpu: 9000 } } })
  })

  test('takes a change as a merge patch', () => {
    expect(withChange(likePod(pod), { resources: { requests: { cpu: 100 } }, labels: null })).toEqual({
      pack: 'web@1.0.0',
      resources: { requests: { cpu: 100 } },
    })
  })

  test('is the template of a deployment, and back again', () => {
    const deployment = asKind('deployment', likePod(pod))
    expect(deployment).toEqual({
      pack: 'web@1.0.0',
      replicas: 2,
      template: { labels: { app: 'web' }, resources: { requests: { cpu: 9000 } } },
    })
    expect(asKind('pod', deployment)).toEqual(likePod(pod))
    expect(triedAs('deployment', deployment)).toEqual(likePod(pod))
    expect(changeOf('deployment', { pack: 'web@2.0.0', labels: null })).toEqual({ pack: 'web@2.0.0', template: { labels: null } })
  })

  test('is not tried before it has a pack', () => {
    expect(triedAs('pod', { name: 'a' })).toBeUndefined()
  })
})

describe('a change of something else', () => {
  const node = aNode({ name: 'n1', unschedulable: true })
  const cluster = { nodes: new Map([[node.id, node]]), all: () => new Map() }

  test('is an action where the console can make it, and none where somebody has to add a node', () => {
    expect(changeAction({ kind: 'node', text: 'uncordon n1', patch: { name: 'n1', unschedulable: false } }, cluster)?.operation).toBe(
      'nodes.uncordon',
    )
    expect(changeAction({ kind: 'cluster', text: 'allow 5', patch: { maxPodsPerNode: 5 } }, cluster)?.input).toEqual({ maxPodsPerNode: 5 })
    expect(changeAction({ kind: 'node', text: 'one more node like n1', patch: { name: 'n1-2' } }, cluster)).toBeUndefined()
    expect(changeAction({ kind: 'pod', text: 'less', patch: {} }, cluster)).toBeUndefined()
  })
})
