/** What kinds of nodes and pods a history is about: a little of everything, or much of one thing, where faults of that kind hide. */
import fc from 'fast-check'
import { nodeSpec, type NodeSpec } from './nodes.ts'
import { podSpec, type PodSpec } from './pods.ts'
import { neighbourhood } from './rules.ts'

export interface Theme {
  readonly nodeSpec: fc.Arbitrary<NodeSpec>
  readonly podSpec: fc.Arbitrary<PodSpec>
}

const plain = { taints: [], unschedulable: false, status: 'online', runtimeType: 'node', version: '20.19.0' } as const
const roomy = { cpu: 2000, memory: 4000, storage: 1000, pods: 110 }

export const THEMES = {
  'a little of everything': { nodeSpec, podSpec },
  'more pods than there is room for': {
    nodeSpec: nodeSpec.map((spec) => ({ ...spec, ...plain, taints: [], allocatable: { ...roomy, cpu: 600 } })),
    podSpec: fc
      .tuple(podSpec, fc.constantFrom(300, 600), fc.nat(4))
      .map(([spec, cpu, priority]) => ({ ...spec, priority, requests: { cpu }, scheduling: {}, nodeName: null, pack: 0 })),
  },
  'neighbours who care about one another': {
    nodeSpec: nodeSpec.map((spec) => ({ ...spec, ...plain, taints: [], allocatable: roomy })),
    podSpec: fc
      .tuple(podSpec, neighbourhood)
      .map(([spec, scheduling]) => ({ ...spec, scheduling, requests: { cpu: 100 }, nodeName: null, pack: 0 })),
  },
} as const satisfies Record<string, Theme>
