/** How what was done in the console is taken back. */
import { describe, expect, test } from 'vitest'
import { deploymentActions } from '../../console/web/deployments/deployment-actions.ts'
import { nodeActions } from '../../console/web/nodes/node-actions.ts'
import { restoring, undoOf, type Action } from '../../console/web/parts/action.ts'
import { undoOfAll } from '../../console/web/tables/bulk.ts'
import type { Deployment } from '../../kernel/schema/deployment.ts'
import { aNode } from '../support/builders.ts'

const called = (actions: readonly Action[], label: string): Action => {
  const found = actions.find((action) => action.label === label)
  if (!found) throw new Error(`there is no ${label}`)
  return found
}
const callsOf = (action: Action, filled = {}) => undoOf(action, filled)?.steps.map(({ operation, input }) => [operation, input])

describe('an edit of a deployment', () => {
  const deployment = {
    id: 'd',
    name: 'web',
    namespace: 'default',
    mode: 'replicated',
    replicas: 2,
    packVersion: '1.0.0',
    followVersion: false,
    template: {},
    labels: { app: 'web' },
    annotations: {},
    revision: 4,
    revisions: [{}, {}],
    paused: false,
    deletedAt: null,
    status: { phase: 'complete', total: 2 },
  } as unknown as Deployment
  const undone = (fields: Partial<Deployment>, filled: object) =>
    callsOf(called(deploymentActions({ ...deployment, ...fields }), 'Edit'), filled)

  test('that made no revision is put back field by field', () => {
    expect(undone({}, { labels: { app: 'other' } })).toEqual([['deployments.update', { id: 'd', labels: { app: 'web' } }]])
  })

  test('that made a revision is rolled back to the one before, after what else was changed', () => {
    expect(undone({}, { packVersion: '2.0.0', labels: {} })).toEqual([
      ['deployments.update', { id: 'd', labels: { app: 'web' } }],
      ['deployments.rollback', { id: 'd', revision: 4 }],
    ])
  })

  test('of a range that is followed puts the range back before it rolls back, which stays where it was', () => {
    expect(undone({ packVersion: '^1.0', followVersion: true }, { packVersion: '^2.0' })).toEqual([
      ['deployments.update', { id: 'd', packVersion: '^1.0' }],
      ['deployments.rollback', { id: 'd', revision: 4 }],
    ])
    expect(undone({}, { packVersion: 'latest', followVersion: true })).toEqual([
      ['deployments.update', { id: 'd', packVersion: '1.0.0', followVersion: false }],
      ['deployments.rollback', { id: 'd', revision: 4 }],
    ])
  })
})

describe('the drain of a node', () => {
  const drain = (fields: object) => called(nodeActions(aNode({ id: 'n', ...fields }), 3), 'Drain')

  test('is ended, and the node is cordoned again where it was', () => {
    expect(callsOf(drain({}))).toEqual([['nodes.uncordon', { id: 'n' }]])
    expect(callsOf(drain({ unschedulable: true }))).toEqual([
      ['nodes.uncordon', { id: 'n' }],
      ['nodes.cordon', { id: 'n' }],
    ])
  })

  test('that somebody else began is not', () => {
    expect(undoOf(drain({ drain: { waitsFor: [] } }))).toBeUndefined()
  })
})

test('what was not there before is told to go', () => {
  const step = { operation: 'namespaces.update', input: { name: 'n' } }
  expect(restoring(step, { labels: {} }, { labels: { a: '1' }, resourceQuota: { hard: {} } }).input).toEqual({
    name: 'n',
    labels: {},
    resourceQuota: null,
  })
})

test('many things are taken back together, or not at all where one of them cannot be', () => {
  const nodes = ['a', 'b'].map((name) => ({ name, action: called(nodeActions(aNode({ id: name, name }), 0), 'Cordon') }))
  expect(undoOfAll(nodes, 'as before')?.steps.map(({ input }) => input)).toEqual([{ id: 'a' }, { id: 'b' }])
  const removed = called(nodeActions(aNode({ id: 'c' }), 0), 'Delete')
  expect(undoOfAll([...nodes, { name: 'c', action: removed }], 'as before')).toBeUndefined()
})
