/** The test kit as a plugin's author uses it, and what `stark plugin test` finds out. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Rule } from '../../../plugins/drop-ins/author.ts'
import { aNode, aPod, explain } from '../../../plugins/drop-ins/testing/index.ts'
import { probe, type Finding } from '../../../plugins/drop-ins/testing/probe.ts'
import { taints } from '../../../plugins/taints.ts'
import { pluginTemplate } from '../../../console/cli/plugin-template.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const n1 = aNode({ name: 'n1', labels: { tier: 'db' } })
const n2 = aNode({ name: 'n2' })
const quiet: Rule = { name: 'quiet', filter: (_pod, node) => node.labels['tier'] !== 'db' || 'are databases', score: () => 40 }

describe('explain', () => {
  test('says who refused which node in which words, the scores of the others, and which node it would be', () => {
    expect(explain([quiet], [n1, n2], aPod())).toEqual({
      refused: { n1: { quiet: 'are databases' } },
      scores: { n2: { quiet: 40 } },
      chosen: 'n2',
    })
  })

  test('takes plugins in either form, and what makes them', () => {
    const tainted = aNode({ name: 'n3', taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }] })
    const { refused } = explain([taints(), () => quiet], [n1, tainted], aPod())
    expect(refused).toEqual({ n1: { quiet: 'are databases' }, n3: { taints: 'have untolerated taint gpu=yes: its effect is NoSchedule' } })
    expect(explain([quiet], [n1], aPod()).chosen).toBeNull()
  })

  test('knows the pods that are there, and what time it is', () => {
    const crowded: Rule = { name: 'crowded', filter: (_pod, { allocated }) => allocated.pods < 2 || 'are crowded' }
    const pods = [1, 2].map(() => aPod({ nodeId: n2.id, status: 'running' }))
    expect(explain([crowded], [n1, n2], aPod(), { pods }).refused).toEqual({ n2: { crowded: 'are crowded' } })
    const noon = () => ({
      name: 'noon',
      apply: ({ hooks, clock }: Parameters<ReturnType<typeof taints>['apply']>[0]) =>
        hooks.filter.tap('noon', (candidates) =>
          candidates.where(() => new Date(clock.now()).getUTCHours() !== 12 || 'are at lunch', { isVolatile: true }),
        ),
    })
    expect(explain([noon], [n2], aPod(), { now: '2026-05-01T12:30:00Z' }).refused).toEqual({ n2: { noon: 'are at lunch' } })
    expect(explain([noon], [n2], aPod()).refused).toEqual({})
    expect(() => explain([noon], [n2], aPod(), { now: 'noon' })).toThrow('noon is no time')
  })

  test('throws what the plugin throws, or says what makes no sense of what it says', () => {
    const cause = new TypeError('no zone')
    const throwing: Rule = {
      name: 'throwing',
      filter() {
        throw cause
      },
    }
    expect(() => explain([throwing], [n1], aPod())).toThrow(
      expect.objectContaining({ message: 'throwing: its filter threw TypeError: no zone', cause }),
    )
    expect(() => explain([{ name: 'much', score: () => 1000 }], [n1], aPod())).toThrow(
      'much: its score said 1000 of n1: a score is 0 to 100',
    )
    expect(() =>
      explain(
        [
          {
            name: 'taken',
            apply: () => {
              throw new Error('no licence')
            },
          },
        ],
        [n1],
        aPod(),
      ),
    ).toThrow('no licence')
  })
})

describe('trying a file out', () => {
  const folder = temporaryFolder('probe')
  let files = 0
  let clock = 0
  async function tried(source: string): Promise<Finding[]> {
    files += 1
    const file = path.join(folder, `rule-${files}.ts`)
    writeFileSync(file, source)
    return probe(file, () => clock)
  }
  const bad = async (source: string) =>
    (await tried(source)).filter(({ isGood }) => !isGood).map(({ what, detail }) => `${what}: ${detail}`)

  test('finds nothing against what init writes, whose rule and score have something to say', async () => {
    const findings = await tried(pluginTemplate('my-rule'))
    expect(findings.filter(({ isGood }) => !isGood)).toEqual([])
    expect(findings.find(({ what }) => what === 'makes sense')?.detail).toMatch(/^refused [1-9]\d* nodes, scored \d+, from \d+ to 100$/)
  })

  test.each([
    ['does not compile', 'export default {', 'exports a plugin: cannot be compiled: rule'],
    ['exports none', 'export default 1', 'exports a plugin: exports no plugin but a number'],
    [
      'cannot be enabled',
      `export default { name: 'a', apply() { throw new Error('oh') } }`,
      'can be enabled: plugin a could not be enabled: oh',
    ],
    [
      'throws on a node without a label',
      `export default { name: 'a', filter: (pod, node) => node.labels.zone.length > 0 }`,
      'throws nothing: its filter threw TypeError',
    ],
    [
      'divides by nothing',
      `export default { name: 'a', score: (pod, node) => 100 * node.allocated.pods / node.allocatable.pods }`,
      'makes sense: its score said ',
    ],
    ['throws dice', `export default { name: 'a', filter: () => Math.random() < 0.5 }`, 'says the same again: it said something else'],
    [
      'looks at the machine’s clock',
      `export default { name: 'a', score: () => Math.floor(new Date().getTime() / 3_600_000) % 24 }`,
      'says the same again: it said something else',
    ],
    [
      'remembers what it said',
      `let asked = 0\nexport default { name: 'a', score: () => (asked++ % 100) }`,
      'says the same again: it said something else',
    ],
  ])('finds out one that %s', async (_what, source, expected) => {
    expect((await bad(source)).join('\n')).toContain(expected)
  })

  test('finds out one that is slow, and does not wait for the rest', async () => {
    Object.assign(globalThis, { starkTestSpend: (ms: number) => (clock += ms) })
    const findings = await tried(`export default { name: 'a', score: () => (globalThis.starkTestSpend(3), 1) }`)
    expect(findings.at(-1)).toEqual({ what: 'is fast enough', isGood: false, detail: 'its score took 3 ms a node, and 1 is the most' })
  })
})
