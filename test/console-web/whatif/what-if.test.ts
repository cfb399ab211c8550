/** What is asked in "what if", what is shown of the answer, and what is said of pods that wait. */
import { describe, expect, test } from 'vitest'
import { arrowsOf } from '../../../console/web/whatif/forecast.ts'
import { actionOf, addedBy, inputOf, lostBy, sentenceOf, stepsOf, type Step } from '../../../console/web/whatif/steps.ts'
import { reasonOf, waitingBy } from '../../../console/web/queue/reasons.ts'
import { aNode, aPod } from '../../support/builders.ts'

const nodes = [
  aNode({ name: 'n1', labels: { zone: 'a', 'kubernetes.io/hostname': 'n1' } }),
  aNode({ name: 'n2', labels: { zone: 'b' } }),
  aNode({ name: 'n1-like-1', labels: { zone: 'b' } }),
]

describe('steps', () => {
  test('in the address are taken as they are, and what is none is left out', () => {
    const steps: readonly Step[] = [
      { op: 'drain', node: 'n1' },
      { op: 'lose', label: 'zone', value: 'a' },
      { op: 'add', like: 'n1', count: 2 },
      { op: 'policy', policy: 'binpack' },
    ]
    expect(stepsOf(JSON.stringify(steps))).toEqual(steps)
    const nonsense = [
      { op: 'drain' },
      { op: 'explode', node: 'n1' },
      { op: 'add', like: 'n1', count: 1e9 },
      { op: 'policy', policy: 'x' },
      null,
      1,
    ]
    expect([stepsOf(JSON.stringify(nonsense)), stepsOf('{'), stepsOf('{}'), stepsOf('')]).toEqual([[], [], [], []])
  })

  test('become what the operation takes: a zone is each of its nodes, and new nodes are like the one, with names that are free', () => {
    const steps: readonly Step[] = [
      { op: 'lose', label: 'zone', value: 'b' },
      { op: 'add', like: 'n1', count: 2 },
    ]
    const [first, second, third] = inputOf(steps, nodes)
    expect([first, second]).toEqual([
      { op: 'remove', node: 'n2' },
      { op: 'remove', node: 'n1-like-1' },
    ])
    expect(third).toMatchObject({ op: 'add', nodes: [{ name: 'n1-like-2' }, { name: 'n1-like-3', allocatable: nodes[0]?.allocatable }] })
    expect(addedBy({ op: 'add', like: 'n1', count: 1 }, nodes)[0]?.labels).toEqual({ zone: 'a', 'kubernetes.io/hostname': 'n1-like-2' })
    expect(lostBy(steps, nodes)).toEqual([nodes[1]?.id, nodes[2]?.id])
    expect(addedBy({ op: 'add', like: 'nobody', count: 1 }, nodes)).toEqual([])
  })

  test('are said in words, and done where they can be done', () => {
    const texts = (['drain', 'remove', 'cordon'] as const).map((op) => sentenceOf({ op, node: 'n1' }))
    expect(texts).toEqual(['n1 is drained', 'n1 is lost', 'n1 takes no new pods'])
    expect(sentenceOf({ op: 'add', like: 'n1', count: 2 })).toBe('2 more nodes like n1')
    expect(actionOf({ op: 'drain', node: 'n1' })).toMatchObject({ operation: 'nodes.drain', input: { id: 'n1' }, isDangerous: true })
    expect(actionOf({ op: 'policy', policy: 'binpack' })).toMatchObject({
      operation: 'cluster.update',
      input: { schedulingPolicy: 'binpack' },
    })
    expect(actionOf({ op: 'remove', node: 'n1' })).toBeUndefined()
  })
})

test('a forecast is an arrow for all pods that go the same way, and an end where a pod finds no other node', () => {
  const forecast = {
    moves: [
      { pod: 'a', from: 'n1', to: 'n2', reason: 'Drained' },
      { pod: 'b', from: 'n1', to: 'n2', reason: 'Drained' },
      { pod: 'c', from: null, to: 'n2', reason: 'Scheduled' },
    ],
    pending: [
      { pod: 'd', reason: 'no room' },
      { pod: 'e', reason: 'no room' },
    ],
    evicted: ['a', 'b', 'd'].map((pod) => ({ pod, from: 'n1', reason: 'Drained' })),
    hash: '',
  }
  expect(arrowsOf(forecast, (name) => `id of ${name}`)).toEqual([
    { from: 'id of n1', to: 'id of n2', pods: 2 },
    { from: null, to: 'id of n2', pods: 1 },
    { from: 'id of n1', to: null, pods: 1 },
  ])
})

describe('pods that wait', () => {
  test('are alike when the same keeps them from the nodes, however many nodes and in whichever order', () => {
    expect(reasonOf({ statusMessage: '0/5 nodes fit: 3 lack cpu, 2 are cordoned' })).toBe('no node fits: they are cordoned, lack cpu')
    expect(reasonOf({ statusMessage: '0/9 nodes fit: 8 are cordoned, 1 lack cpu' })).toBe('no node fits: they are cordoned, lack cpu')
    expect(reasonOf({ statusMessage: '' })).toBe('waits for a node')
  })

  test('stand in groups, the largest first, and in each the one that waits longest', () => {
    const pod = (statusMessage: string, createdAt: string) => aPod({ statusMessage, createdAt })
    const [alone, young, old] = [pod('x', '2026-01-01T00:00:00Z'), pod('y', '2026-01-03T00:00:00Z'), pod('y', '2026-01-02T00:00:00Z')]
    expect(waitingBy([alone, young, old])).toEqual([
      { reason: 'y', pods: [old, young] },
      { reason: 'x', pods: [alone] },
    ])
  })
})
