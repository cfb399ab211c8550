/** From an explanation to the table of nodes by plugins. */
import { expect, test } from 'vitest'
import { judgementOf, type Explanation } from '../../console/web/pods/explanation.ts'

const explanation: Explanation = {
  summary: 'would go to b',
  chosen: 'b',
  runnerUp: 'c',
  victims: [],
  changes: [],
  nodes: {
    a: { refused: { taints: 'have taints' } },
    b: { scores: { resources: 60.4, spread: 10 }, total: 70 },
    c: { scores: { resources: 70 }, total: 70 },
    d: { scores: { resources: 0 }, total: 0 },
  },
}

test('the chosen node comes first, then by points, and those that are refused last, each with its reason', () => {
  const { plugins, rows } = judgementOf(explanation)
  expect(plugins).toEqual(['taints', 'resources', 'spread'])
  expect(rows.map(({ node, mark }) => `${node} ${mark}`.trim())).toEqual(['b chosen', 'c runner-up', 'd', 'a'])
  expect(rows[0]?.cells.map(({ text }) => text)).toEqual(['', '60', '10'])
  expect(rows[3]?.cells[0]).toEqual({ is: 'refused', text: 'have taints' })
})
