/** What-if, as people see it: the moves that steps would lead to, and a cluster that never learns of them. */
import { describe, expect, test } from 'vitest'
import { explainedCluster, node, on } from './explain-cluster.ts'

const cpu = (amount: number) => ({ resources: { requests: { cpu: amount, memory: 100 } } })

describe('what if', () => {
  test('a node is drained: its pods go where there is room, the rest wait', async () => {
    const cluster = await explainedCluster()
    const [a, b] = [node('a'), node('b')]
    await cluster.put(
      [a, b],
      [
        on(a, cluster, { name: 'big', ...cpu(700) }),
        on(a, cluster, { name: 'small', ...cpu(200) }),
        on(b, cluster, { name: 'there', ...cpu(600) }),
      ],
    )
    expect(await cluster.whatIf({ op: 'drain', node: 'a' })).toEqual({
      moves: [{ pod: 'small', from: 'a', to: 'b', reason: 'Drained' }],
      pending: [{ pod: 'big', reason: '0/2 nodes fit: 1 are cordoned, 1 lack cpu' }],
      evicted: [
        { pod: 'big', from: 'a', reason: 'Drained' },
        { pod: 'small', from: 'a', reason: 'Drained' },
      ],
      hash: expect.stringMatching(/^[0-9a-f]{16}$/),
    })
  })

  test('there is room for one of two that lose their node: the older has it', async () => {
    const cluster = await explainedCluster()
    const a = node('a')
    const younger = on(a, cluster, { name: 'younger', createdAt: '2025-06-02T00:00:00.000Z', ...cpu(400) })
    const older = on(a, cluster, { name: 'older', createdAt: '2025-06-01T00:00:00.000Z', ...cpu(400) })
    await cluster.put([a, node('b', { allocatable: { cpu: 500 } })], [younger, older])
    const { moves, pending } = await cluster.whatIf({ op: 'drain', node: 'a' })
    expect([moves, pending]).toMatchObject([[{ pod: 'older' }], [{ pod: 'younger' }]])
  })

  test('a node is lost, and another is added', async () => {
    const cluster = await explainedCluster()
    const a = node('a')
    await cluster.put([a], [on(a, cluster, { name: 'web' })])
    const added = { name: 'spare', allocatable: { cpu: 1000, memory: 1000, storage: 0, pods: 10 } }
    const forecast = await cluster.whatIf({ op: 'remove', node: 'a' }, { op: 'add', nodes: [added] })
    expect(forecast).toMatchObject({ moves: [{ pod: 'web', from: 'a', to: 'spare', reason: 'NodeLost' }], pending: [] })
  })

  test('pods are created: those of importance push others out, who are placed again', async () => {
    const cluster = await explainedCluster()
    const [a, b] = [node('a'), node('b')]
    await cluster.put([a, b], [on(a, cluster, { name: 'one', priority: 10, ...cpu(500) }), on(b, cluster, { name: 'two', ...cpu(400) })])
    const forecast = await cluster.whatIf({ op: 'create', pods: [{ pack: 'web', name: 'vip', priorityClassName: 'high', ...cpu(700) }] })
    expect(forecast.moves).toEqual([
      { pod: 'two', from: 'b', to: 'a', reason: 'Preempted' },
      { pod: 'vip', from: null, to: 'b', reason: 'Scheduled' },
    ])
    expect(forecast.evicted).toEqual([{ pod: 'two', from: 'b', reason: 'Preempted' }])
  })

  test('the policy is another: what is placed from then on follows it', async () => {
    const cluster = await explainedCluster()
    const [a, b] = [node('a'), node('b')]
    await cluster.put([a, b], [on(a, cluster)])
    const create = { op: 'create', pods: [{ pack: 'web', name: 'new' }] }
    expect((await cluster.whatIf(create)).moves).toMatchObject([{ to: 'b' }])
    expect((await cluster.whatIf({ op: 'policy', policy: 'binpack' }, create)).moves).toMatchObject([{ to: 'a' }])
    const later = {
      op: 'create',
      pods: [
        { pack: 'web', name: 'newer' },
        { pack: 'web', name: 'newest' },
      ],
    }
    const { moves } = await cluster.whatIf(create, { op: 'policy', policy: 'binpack' }, later)
    expect(moves.map(({ pod, to }) => `${pod} ${to}`)).toEqual(['new b', 'newer a', 'newest a'])
  })

  test('a node is cordoned, labelled or tainted', async () => {
    const cluster = await explainedCluster()
    const [a, b] = [node('a'), node('b', { labels: { zone: 'b' } })]
    const bearing = { tolerations: [{ key: 'gone', operator: 'Exists' as const }] }
    await cluster.put([a, b], [on(a, cluster, { name: 'stays', ...bearing }), on(a, cluster, { name: 'leaves' })])
    const create = { op: 'create', pods: [{ pack: 'web', name: 'new', scheduling: { nodeSelector: { zone: 'b' } } }] }
    expect((await cluster.whatIf({ op: 'cordon', node: 'b' }, create)).pending).toMatchObject([{ pod: 'new' }])
    expect((await cluster.whatIf({ op: 'label', node: 'b', labels: { zone: null } }, create)).pending).toMatchObject([{ pod: 'new' }])
    expect(
      (await cluster.whatIf({ op: 'label', node: 'a', labels: { zone: 'b' } }, { op: 'cordon', node: 'b' }, create)).moves,
    ).toMatchObject([{ pod: 'new', to: 'a' }])
    expect(await cluster.whatIf({ op: 'taint', node: 'a', taints: [{ key: 'gone', effect: 'NoExecute' }] })).toMatchObject({
      moves: [{ pod: 'leaves', from: 'a', to: 'b', reason: 'Tainted' }],
      evicted: [{ pod: 'leaves', from: 'a', reason: 'Tainted' }],
    })
  })

  test('a step cannot be done: it is refused as it would be in reality', async () => {
    const cluster = await explainedCluster()
    await cluster.put([node('a')])
    await cluster.call('namespaces.update', { name: 'default', resourceQuota: { hard: { pods: 0 } } })
    await expect(cluster.whatIf({ op: 'drain', node: 'nowhere' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(cluster.whatIf({ op: 'create', pods: [{ pack: 'web' }] })).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' })
    await expect(cluster.whatIf({ op: 'create', pods: [{ pack: 'web', dryRun: true }] })).rejects.toMatchObject({ code: 'INVALID' })
    await expect(cluster.whatIf({ op: 'dance' })).rejects.toMatchObject({ code: 'INVALID' })
  })

  test('an evicted pod cannot be made again: it says why', async () => {
    const cluster = await explainedCluster()
    const a = node('a')
    await cluster.put([a, node('b')], [on(a, cluster, { name: 'old', priorityClassName: 'forgotten' })])
    const { evicted, pending } = await cluster.whatIf({ op: 'drain', node: 'a' })
    expect(evicted).toMatchObject([{ pod: 'old' }])
    expect(pending).toEqual([{ pod: 'old', reason: 'there is no priority class "forgotten"' }])
  })

  test('nothing is done: nothing follows, and what is under way already is no consequence', async () => {
    const cluster = await explainedCluster()
    const a = node('a')
    await cluster.put([a], [on(a, cluster, { status: 'stopping', reason: 'UserStopped' })])
    expect(await cluster.whatIf()).toMatchObject({ moves: [], pending: [], evicted: [] })
  })

  test('pods of other namespaces are named with them', async () => {
    const cluster = await explainedCluster()
    const a = node('a')
    await cluster.call('namespaces.create', { name: 'team' })
    await cluster.put([a, node('b')], [on(a, cluster, { name: 'web', namespace: 'team' })])
    expect((await cluster.whatIf({ op: 'drain', node: 'a' })).moves).toMatchObject([{ pod: 'team/web' }])
  })
})
