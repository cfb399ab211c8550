/** What matches what, alone and often: label selectors, node selector terms and tolerations are read as the oracle reads them. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { matchesNodeTerm, matchesSelector, tolerates } from '../../kernel/index.ts'
import { aNode } from '../support/builders.ts'
import * as random from './arbitraries/index.ts'
import * as oracle from './selectors.ts'
import { TIMES } from './world.ts'

const numRuns = 2000 * TIMES

describe('the oracle and the kernel agree', () => {
  test('which labels a selector selects', () => {
    fc.assert(
      fc.property(random.maybeSelector, random.podLabels, (selector, labels) => {
        expect(matchesSelector(selector, labels)).toBe(oracle.selects(selector, labels))
      }),
      { numRuns },
    )
  })

  test('which nodes a term matches', () => {
    fc.assert(
      fc.property(random.nodeTerm, random.nodeSpec, fc.nat(2), (term, spec, index) => {
        const node = random.nodeOfSpec(spec, index)
        expect(matchesNodeTerm(term, node)).toBe(oracle.termMatches(term, node))
      }),
      { numRuns },
    )
  })

  test('which integers are greater and which less', () => {
    const text = fc.constantFrom('0', '1', '7', '07', '10', '-7', '+7', 'x', '', '1.5', '9223372036854775807', '9223372036854775808')
    const operator = fc.constantFrom('Gt' as const, 'Lt' as const)
    fc.assert(
      fc.property(text, operator, fc.array(text, { maxLength: 2 }), (generation, compare, values) => {
        const node = aNode({ labels: { generation } })
        const term = { matchExpressions: [{ key: 'generation', operator: compare, values }] }
        expect(matchesNodeTerm(term, node)).toBe(oracle.termMatches(term, node))
      }),
      { numRuns },
    )
  })

  test('which taints a toleration tolerates', () => {
    fc.assert(
      fc.property(random.toleration, random.taint, (toleration, taint) => {
        expect(tolerates(toleration, taint)).toBe(oracle.tolerates(toleration, taint))
      }),
      { numRuns },
    )
  })
})
