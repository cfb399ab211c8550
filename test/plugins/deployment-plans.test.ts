/** What is next for a deployment, where only the whole plan shows it: what is counted, and when a deadline begins. */
import { describe, expect, test } from 'vitest'
import { planDaemon } from '../../plugins/deployments/daemon.ts'
import { World } from './deployment-world.ts'

describe('the deadline of a canary', () => {
  test('begins when it is disturbed: a crash after a long while does not take it back', async () => {
    const world = await World.start(2)
    await world.create({ replicas: 3, strategy: { maxSurge: 1, maxUnavailable: 0, progressDeadlineSeconds: 30, canary: { share: 1 } } })
    await world.passUntil('complete')
    await world.ask('update', { packVersion: '2.0.0' })
    await world.passUntil('canary')
    await world.pass(120)
    const old = world.pods.find(({ packVersion }) => packVersion === '1.0.0')
    if (!old) throw new Error('none of the old ones is left')
    await world.cluster.report(old, { status: 'failed' })
    await world.passUntil('canary')
    expect(world.deployment.revision).toBe(2)
    expect(world.versions).toContain('2.0.0')
  })
})

describe('a plan for daemons', () => {
  const aim = { desired: 2, maxSurge: 1, maxUnavailable: 0, current: 'new', good: 'old', updatedMost: 2, isPaused: false }
  const place = (nodeId: string) => ({ nodeId, isOpen: true, isOccupied: false })
  const member = (id: string, nodeId: string, fields: object = {}) => ({
    id,
    nodeId,
    key: 'old',
    isAvailable: true,
    sinceMs: 0,
    isDeparting: false,
    isComing: false,
    ...fields,
  })

  test('counts nodes that are served, and not pods: two on one node do not make up for none on another', () => {
    const places = [place('a'), place('b'), place('c')]
    const members = [
      member('a1', 'a', { key: 'new' }),
      member('a2', 'a'),
      member('b1', 'b'),
      member('c1', 'c', { key: 'new', isAvailable: false }),
    ]
    expect(planDaemon({ ...aim, desired: 3, maxSurge: 0, maxUnavailable: 1, updatedMost: 3 }, members, places).remove).toEqual(['a2'])
  })

  test('makes none where none may be, and none beside one that is on its way out', () => {
    const places = [{ ...place('a'), isOpen: false }, { ...place('b'), isOccupied: true }, place('c')]
    expect(planDaemon(aim, [], places).create.map(({ nodeId }) => nodeId)).toEqual(['c'])
  })
})
