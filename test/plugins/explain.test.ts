/** Explaining, as people see it: where a pod would go and why, and which change would place one that fits nowhere. */
import { describe, expect, test } from 'vitest'
import type { Pod } from '../../kernel/index.ts'
import { explaining } from '../../plugins/explain/index.ts'
import { aPack, aPod, ofPack } from '../support/builders.ts'
import { startCluster } from '../support/cluster.ts'
import { explainedCluster, makeReal, node, on, type Explained, type Explanation } from './explain-cluster.ts'

const cpu = (amount: number) => ({ resources: { requests: { cpu: amount, memory: 100 } } })
const texts = ({ changes }: Explanation) => changes.map(({ text }) => text)

describe('a dry run', () => {
  test('answers where the pod would go, what comes second, and what each plugin says of each node', async () => {
    const cluster = await explainedCluster()
    const busy = node('busy')
    await cluster.put([busy, node('free'), node('cordoned', { unschedulable: true })], [on(busy, cluster)])
    const explanation = await cluster.dryRun(cpu(100))
    expect(explanation).toMatchObject({ feasible: ['free', 'busy'], chosen: 'free', runnerUp: 'busy', victims: [], changes: [] })
    expect(explanation.nodes['cordoned']).toEqual({ refused: { unschedulable: 'are cordoned' } })
    expect(explanation.nodes['free']?.scores).toMatchObject({ resources: 90, taints: 100 })
    expect(explanation.nodes['free']?.refused).toBeUndefined()
    expect(explanation.summary).toMatch(
      /^would go to free \(\d+ points\), before busy \(\d+\), by its resources; 2\/3 nodes fit: 1 are cordoned$/,
    )
  })

  test('creates nothing, stores nothing, and takes no quota', async () => {
    const cluster = await explainedCluster()
    await cluster.put([node('a')])
    await cluster.call('namespaces.update', { name: 'default', resourceQuota: { hard: { pods: 1 } } })
    const before = { revision: cluster.store.revision, pods: [...cluster.kernel.state.all('pods')] }
    await cluster.dryRun()
    await cluster.dryRun()
    expect({ revision: cluster.store.revision, pods: [...cluster.kernel.state.all('pods')] }).toEqual(before)
    await expect(cluster.run()).resolves.toMatchObject({ status: 'scheduled' })
  })

  test('is refused as the creation would be', async () => {
    const cluster = await explainedCluster()
    await expect(cluster.dryRun({ pack: 'nothing' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(cluster.dryRun({ priorityClassName: 'nothing' })).rejects.toMatchObject({ code: 'UNKNOWN_PRIORITY_CLASS' })
    await cluster.call('namespaces.update', { name: 'default', limitRange: { max: { cpu: 50 } } })
    await expect(cluster.dryRun(cpu(100))).rejects.toMatchObject({ code: 'LIMIT_RANGE' })
  })

  test('with false creates the pod', async () => {
    const cluster = await explainedCluster()
    const pod = await cluster.call<Pod>('pods.create', { pack: 'web', dryRun: false })
    expect(cluster.pod(pod.id)).toMatchObject({ packName: 'web' })
  })

  test('says whom it would evict, and where it would go then', async () => {
    const cluster = await explainedCluster()
    const full = node('full')
    await cluster.put([full], [on(full, cluster, { name: 'small', ...cpu(900) })])
    const explanation = await cluster.dryRun({ ...cpu(500), priorityClassName: 'high' })
    expect(explanation).toMatchObject({ feasible: [], chosen: 'full', runnerUp: null, victims: ['small'], changes: [] })
    expect(explanation.summary).toBe('would go to full once small has made way; 0/1 nodes fit: 1 lack cpu')
  })

  test('is no parameter any more once the plugin has gone', async () => {
    const cluster = await explainedCluster()
    await cluster.kernel.disable('explain')
    await expect(cluster.dryRun()).rejects.toMatchObject({ code: 'INVALID', errors: [{ path: '/dryRun' }] })
    await cluster.kernel.enable(explaining())
    await expect(cluster.dryRun()).resolves.toMatchObject({ chosen: null })
  })

  test('goes with the operation that it extends', async () => {
    const { kernel } = await startCluster({ plugins: [explaining()] })
    await kernel.disable('pods')
    await kernel.disable('explain')
    expect(kernel.operations.get('pods.create')).toBeUndefined()
  })
})

describe('the explanation of a pod', () => {
  test('that is placed is as if it were not there', async () => {
    const cluster = await explainedCluster()
    await cluster.put([node('a'), node('b')])
    const pod = await cluster.run(cpu(600))
    const explanation = await cluster.call<Explanation>('pods.explain', { id: pod.name })
    expect(explanation).toMatchObject({ feasible: ['a', 'b'], chosen: 'a', runnerUp: 'b' })
    expect(explanation.summary).toMatch(/^is on a; if it were not, it would go to a \(\d+ points\), before b/)
  })

  test('that waits gives the reason as it stands now', async () => {
    const cluster = await explainedCluster()
    await cluster.put([node('a')])
    const pod = await cluster.run(cpu(5000))
    const explain = () => cluster.call<Explanation>('pods.explain', { id: pod.id })
    expect((await explain()).summary).toBe('0/1 nodes fit: 1 lack cpu')
    await cluster.call('nodes.cordon', { id: 'a' })
    expect((await explain()).nodes['a']?.refused).toEqual({
      unschedulable: 'are cordoned',
      resources: 'lack cpu: 5000 is requested and 1000 of 1000 is free',
    })
  })

  test('that does not exist is NOT_FOUND', async () => {
    const { call } = await explainedCluster()
    await expect(call('pods.explain', { id: 'nobody' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('that only waits for others to leave says so, and proposes nothing', async () => {
    const cluster = await explainedCluster()
    const full = node('full')
    await cluster.put([full], [on(full, cluster, cpu(900))])
    const pod = await cluster.run({ ...cpu(500), priorityClassName: 'high' })
    const explanation = await cluster.call<Explanation>('pods.explain', { id: pod.id })
    expect(explanation.changes).toEqual([])
    expect(explanation.summary).toMatch(/it has a place as soon as those who are leaving have left$/)
  })
})

describe('a change that would place a pod', () => {
  const gpu = { key: 'gpu', value: 'true', effect: 'NoSchedule' } as const
  const spread = { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: { app: 'web' } } }
  const antiAffinity = {
    requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'zone', labelSelector: { matchLabels: { app: 'web' } } }],
  }
  const inZone = {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['b'] }] }],
    },
  }
  type Scene = (cluster: Explained) => Promise<unknown>
  const cases: readonly (readonly [text: string, scene: Scene, input: object])[] = [
    ['tolerate gpu=true:NoSchedule', ({ put }) => put([node('a', { taints: [gpu] })]), cpu(100)],
    ['200 millicores less cpu', ({ put }) => put([node('a')]), cpu(1200)],
    ['300 MB less memory', ({ put }) => put([node('a')]), { resources: { requests: { memory: 1300 } } }],
    ['drop the node selector disk=ssd', ({ put }) => put([node('a')]), { ...cpu(100), scheduling: { nodeSelector: { disk: 'ssd' } } }],
    ['drop the required node affinity', ({ put }) => put([node('a')]), { ...cpu(100), scheduling: { nodeAffinity: inZone } }],
    [
      'drop the pod anti-affinity within zone',
      (cluster) => {
        const a = node('a', { labels: { zone: 'a' } })
        return cluster.put([a], [on(a, cluster, { labels: { app: 'web' } })])
      },
      { ...cpu(100), scheduling: { podAntiAffinity: antiAffinity } },
    ],
    [
      'allow a skew of 2 over zone',
      (cluster) => {
        const a = node('a', { labels: { zone: 'a' } })
        const full = node('b', { labels: { zone: 'b' }, allocatable: { cpu: 10 } })
        return cluster.put([a, full], [on(a, cluster, { labels: { app: 'web' } })])
      },
      { ...cpu(100), labels: { app: 'web' }, scheduling: { topologySpreadConstraints: [spread] } },
    ],
    ['uncordon a', ({ put }) => put([node('a', { unschedulable: true })]), cpu(100)],
    [
      'let it run on other nodes than b',
      ({ put }) => put([node('a'), node('b', { allocatable: { cpu: 10 } })]),
      { ...cpu(100), nodeName: 'b' },
    ],
    ['one more node like a', (cluster) => withOne(cluster, cpu(900)), cpu(500)],
    [
      'raise quota pods to 11',
      ({ put, call }) => put([node('a', { allocatable: { pods: 20, memory: 2000 } })]).then(() => call('namespaces.update', quotaOf(10))),
      cpu(1),
    ],
    ['the priority class high, which evicts others', (cluster) => withOne(cluster, cpu(900)), cpu(500)],
    [
      'allow 2 pods on a node',
      (cluster) => withOne(cluster, cpu(1)).then(() => cluster.call('cluster.update', { maxPodsPerNode: 1 })),
      cpu(1),
    ],
    [
      'allow pods to be evicted for more important ones',
      (cluster) => withOne(cluster, cpu(900)).then(() => cluster.call('cluster.update', { enablePreemption: false })),
      { ...cpu(500), priorityClassName: 'high' },
    ],
    [
      'run web@1.0.0',
      async ({ kernel, put }) => {
        const browsers = aPack({ name: 'web', version: '2.0.0', runtimeTag: 'browser' })
        await kernel.commit({ actorId: 'test' }, (transaction) => transaction.create('packs', browsers))
        await put([node('a')])
      },
      { ...cpu(100), pack: 'web@2.0.0' },
    ],
  ]
  const quotaOf = (pods: number) => ({ name: 'default', resourceQuota: { hard: { pods } } })
  const withOne = (cluster: Explained, fields: object) => {
    const a = node('a')
    return cluster.put([a], [on(a, cluster, fields)])
  }

  test.each(cases)('is found, and places it when it is made: %s', async (text, scene, input) => {
    const cluster = await explainedCluster()
    if (text.startsWith('raise quota')) for (let count = 0; count < 10; count += 1) await cluster.run(cpu(1))
    await scene(cluster)
    const explanation = await cluster.dryRun(input)
    expect(explanation).toMatchObject({ chosen: null, feasible: text.startsWith('raise') ? ['a'] : [] })
    expect(texts(explanation)).toContain(text)
    const change = explanation.changes.find((each) => each.text === text)
    if (!change) throw new Error(`no change ${text}`)
    const created = await cluster.run(await makeReal(cluster, change, { pack: 'web', ...input }))
    await cluster.finish()
    expect(cluster.pod(created.id)?.status).toBe('scheduled')
  })

  test('of a full quota raises all that is full, and says what was refused', async () => {
    const cluster = await explainedCluster()
    await cluster.put([node('a')])
    await cluster.call('namespaces.update', { name: 'default', resourceQuota: { hard: { pods: 0, cpu: 50 } } })
    const explanation = await cluster.dryRun(cpu(100))
    expect(explanation.summary).toMatch(
      /^is refused: namespace default has 0 of 0 pods, and this pod adds 1; with more of it, the pod would go to a/,
    )
    expect(explanation.changes).toEqual([
      {
        kind: 'namespace',
        text: 'raise quota pods to 1 and cpu to 100',
        patch: { name: 'default', resourceQuota: { hard: { pods: 1, cpu: 100 } } },
      },
    ])
  })

  test('is not proposed where it would not be enough', async () => {
    const cluster = await explainedCluster()
    await cluster.put([node('a', { taints: [gpu], unschedulable: true, allocatable: { cpu: 50 } })])
    expect((await cluster.dryRun(cpu(100))).changes).toEqual([])
  })

  test('is not proposed where those who waited before would take the place', async () => {
    const cluster = await explainedCluster()
    await cluster.put([node('a', { unschedulable: true })])
    await cluster.run(cpu(900))
    expect(texts(await cluster.dryRun(cpu(900)))).not.toContain('uncordon a')
    expect(texts(await cluster.dryRun(cpu(50)))).toContain('uncordon a')
  })

  test('is found for a pod that waits already', async () => {
    const cluster = await explainedCluster()
    await cluster.put([node('a', { unschedulable: true })])
    const pod = await cluster.run(cpu(100))
    const { changes } = await cluster.call<Explanation>('pods.explain', { id: pod.id })
    expect(changes[0]).toEqual({ kind: 'node', text: 'uncordon a', patch: { name: 'a', unschedulable: false } })
    await cluster.call('nodes.uncordon', { id: 'a' })
    await cluster.finish()
    expect(cluster.nodeNameOf(pod.id)).toBe('a')
  })

  test('never names a private pack of somebody else', async () => {
    const cluster = await explainedCluster()
    await cluster.kernel.commit({ actorId: 'test' }, (transaction) => {
      transaction.create('packs', aPack({ name: 'web', version: '0.9.0', runtimeTag: 'node', visibility: 'private', ownerId: aPod().id }))
      transaction.create('packs', aPack({ name: 'web', version: '2.0.0', runtimeTag: 'browser' }))
    })
    const pack = cluster.kernel.state.find('packs', 'version', 'web@2.0.0')
    if (!pack) throw new Error('no pack')
    const waiting = aPod({ ...ofPack(pack), name: 'waiting' })
    await cluster.put([node('a')], [waiting])
    const who = { id: aPod().id, kind: 'user', roles: ['viewer'], permissions: ['*'], credentialId: '', name: 'viewer' } as const
    const { changes } = await cluster.call<Explanation>('pods.explain', { id: waiting.id }, { who })
    expect(changes.map(({ text }) => text)).toEqual(['run web@1.0.0'])
  })
})
