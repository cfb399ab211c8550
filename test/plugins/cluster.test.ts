/** The cluster's configuration: which weights can be given to scores, and what they do. */
import { describe, expect, test } from 'vitest'
import type { ClusterConfig, Plugin, Pod } from '../../kernel/index.ts'
import { taints } from '../../plugins/taints.ts'
import { startCluster } from '../support/cluster.ts'

const cheap: Plugin = { name: 'cheap', apply: ({ hooks }) => hooks.score.tap('cheap', (board) => board.add(() => 50)) }

describe('weights of scores', () => {
  test('are kept for plugins that score, and are none of the others', async () => {
    const { call } = await startCluster({ plugins: [taints(), cheap] })
    const scoreWeights = { taints: 5, cheap: 0 }
    expect(await call<ClusterConfig>('cluster.update', { scoreWeights })).toMatchObject({ scoreWeights })
    expect(await call<ClusterConfig>('cluster.update', { maxPodsPerNode: 20 })).toMatchObject({ scoreWeights })
    expect(await call<ClusterConfig>('cluster.update', { scoreWeights: {} })).toMatchObject({ scoreWeights: {} })
  })

  test('decide where pods go, from the next one on', async () => {
    const likes: Plugin = {
      name: 'likes',
      apply: ({ hooks }) => hooks.score.tap('likes', (board) => board.add(({ name }) => (name === 'node-2' ? 100 : 0))),
    }
    const { call, join, run, kernel } = await startCluster({ plugins: [likes] })
    await join()
    await join()
    const nodeOf = ({ nodeId }: Pod) => kernel.state.get('nodes', nodeId ?? '')?.name
    await call('cluster.update', { scoreWeights: { resources: 0, balanced: 0 } })
    expect(nodeOf(await run())).toBe('node-2')
    await call('cluster.update', { scoreWeights: { resources: 0, balanced: 0, likes: 0 } })
    expect(nodeOf(await run())).toBe('node-1')
  })

  test.each([
    [
      'a plugin that is not there',
      { spread: 2 },
      '/scoreWeights/spread',
      'no plugin scores under this name: balanced, resources, taints do',
    ],
    ['a plugin that does not score', { runtime: 2 }, '/scoreWeights/runtime', 'no plugin scores under this name'],
    ['more than 100', { taints: 101 }, '/scoreWeights/taints', '100'],
    ['a part', { taints: 0.5 }, '/scoreWeights/taints', 'integer'],
  ])('are refused for %s, naming the field', async (_what, scoreWeights, path, message) => {
    const { call } = await startCluster({ plugins: [taints()] })
    const errors = [{ path, message: expect.stringContaining(message) as unknown }]
    await expect(call('cluster.update', { scoreWeights })).rejects.toMatchObject({ code: 'INVALID', errors })
  })

  test('outlive the plugin that they were given to, and are in nobody’s way', async () => {
    const { call, kernel } = await startCluster({ plugins: [cheap] })
    await call('cluster.update', { scoreWeights: { cheap: 9 } })
    await kernel.disable('cheap')
    expect(await call<ClusterConfig>('cluster.update', { maxPodsPerNode: 20 })).toMatchObject({ scoreWeights: { cheap: 9 } })
  })
})
