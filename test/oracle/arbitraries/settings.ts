/** What the cluster's configuration says that a decision depends on. */
import fc from 'fast-check'

export const settings = fc.record(
  {
    schedulingPolicy: fc.constantFrom(
      'spread' as const,
      'binpack' as const,
      'random' as const,
      'affinity' as const,
      'least_loaded' as const,
    ),
    maxPodsPerNode: fc.constantFrom(110, 3, 1),
    enablePreemption: fc.boolean(),
  },
  { requiredKeys: [] },
)
