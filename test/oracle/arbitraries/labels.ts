/** Labels, selectors and topologies over few keys and values, so that they meet, and now and then one that is missing or strange. */
import fc from 'fast-check'
import type { Labels, LabelSelector, Namespace } from '../../../kernel/schema/index.ts'
import { aNamespace } from '../../support/builders.ts'

/** Now and then. */
export const rarely = <T, U>(common: U, arbitrary: fc.Arbitrary<T>, oneIn = 4): fc.Arbitrary<T | U> =>
  fc.oneof({ weight: oneIn - 1, arbitrary: fc.constant(common) }, { weight: 1, arbitrary })

/** Labels, of which some may be missing. */
export const labelsOf = (often: Record<string, fc.Arbitrary<string>>, seldom: Record<string, fc.Arbitrary<string>>): fc.Arbitrary<Labels> =>
  fc
    .tuple(fc.array(fc.constantFrom(...Object.keys(often)), { maxLength: 1 }), fc.record(often), fc.record(seldom, { requiredKeys: [] }))
    .map(
      ([missing, usual, more]) =>
        ({ ...Object.fromEntries(Object.entries(usual).filter(([key]) => !missing.includes(key))), ...more }) as Labels,
    )

export const ZONE = 'topology.kubernetes.io/zone'
export const HOST = 'kubernetes.io/hostname'
/** The last is no label here, though every JavaScript object has something of that name. */
export const topologyKey = fc.oneof(
  { weight: 4, arbitrary: fc.constant(ZONE) },
  { weight: 4, arbitrary: fc.constant(HOST) },
  { weight: 2, arbitrary: fc.constant('rack') },
  { weight: 1, arbitrary: rarely('rack', fc.constantFrom('nowhere', 'constructor'), 2) },
)

export const podLabels = labelsOf(
  { app: fc.constantFrom('web', 'db') },
  { tier: fc.constantFrom('', 'a', 'b'), rev: fc.constantFrom('1', '2') },
)
const requirement = fc.oneof(
  fc.record({
    key: fc.constantFrom('app', 'tier', 'rev'),
    operator: fc.constantFrom('In' as const, 'NotIn' as const),
    values: fc.uniqueArray(fc.constantFrom('web', 'db', '', 'a', '1'), { minLength: 1, maxLength: 2 }),
  }),
  fc.record({ key: fc.constantFrom('app', 'tier', 'constructor'), operator: fc.constantFrom('Exists' as const, 'DoesNotExist' as const) }),
)
const podSelector: fc.Arbitrary<LabelSelector> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ matchLabels: fc.record({ app: fc.constantFrom('web', 'db') }) }) },
  { weight: 1, arbitrary: fc.constant({}) },
  { weight: 2, arbitrary: fc.record({ matchExpressions: fc.array(requirement, { minLength: 1, maxLength: 2 }) }) },
)
export const maybeSelector = fc.oneof({ weight: 9, arbitrary: podSelector }, { weight: 1, arbitrary: fc.constant(null) })

export const NAMESPACES = ['default', 'blue', 'green']
export const namespaceName = fc.oneof(
  { weight: 3, arbitrary: fc.constant('default') },
  { weight: 1, arbitrary: fc.constantFrom('blue', 'green') },
)
export const namespaceLabels = labelsOf({ team: fc.constantFrom('x', 'y') }, { env: fc.constant('p') })
export const namespaceSelector = fc.oneof(
  fc.constant({}),
  fc.record({ matchLabels: fc.record({ team: fc.constantFrom('x', 'y') }) }),
  fc.constant({ matchExpressions: [{ key: 'env', operator: 'DoesNotExist' as const }] }),
)

export const namespacesOf = (labels: readonly Namespace['labels'][]): Namespace[] =>
  NAMESPACES.slice(1).map((name, index) => aNamespace({ name, labels: labels[index] ?? {} }))
