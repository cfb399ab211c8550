/**
 * Small clusters, as odd as real ones get, the same for the same seed: nodes with and without labels, in trouble, full or empty;
 * pods that run and one to place. What a plugin looks for is drawn from the words of its own source, so that its rules have
 * something to say.
 */
import type { Labels, Node, Pod } from '../../../kernel/index.ts'
import { aNode, aPod } from './builders.ts'

const NODES_MAX = 12
const PODS_MAX = 20
const WORDS_MAX = 24
const ODD_VALUES: readonly string[] = ['', '0', '1', '0.5', '-3', 'true', 'a', 'A_b.c-9', '9'.repeat(63)]
/** How often a word of the source is a label, and how often a label's value is one. */
const HAS_WORD = 0.4
const FROM_SOURCE = 0.8

export interface TestCluster {
  readonly nodes: readonly Node[]
  readonly pods: readonly Pod[]
  readonly pod: Pod
}

/** What stands in quotes in the code of a source, or behind `labels.`, and can be a label's key or value; a prefix becomes two keys. */
export function wordsOf(source: string): string[] {
  const code = source.replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$|^import .*$/gm, '')
  const quoted = [...code.matchAll(/(['"`])([\w./-]{1,63})\1/g)].map(([, , word = '']) => word)
  const named = [...code.matchAll(/\b(?:labels|annotations)\??\.(\w{1,63})/g)].map(([, word = '']) => word)
  const words = [...named, ...quoted].flatMap((word) => (word.endsWith('/') ? [`${word}a`, `${word}b`] : [word]))
  return [...new Set(words)].filter((word) => /^[A-Za-z0-9](.*[A-Za-z0-9])?$/.test(word)).slice(0, WORDS_MAX)
}

export function testCluster(seed: number, words: readonly string[]): TestCluster {
  const random = randomFrom(seed)
  const upTo = (most: number): number => Math.floor(random() * (most + 1))
  const oneOf = <T>(values: readonly T[]): T => values[upTo(values.length - 1)] as T
  const values = words.filter((word) => !word.includes('/'))
  const valueOf = (): string => (values.length > 0 && random() < FROM_SOURCE ? oneOf(values) : oneOf(ODD_VALUES))
  const pairs = (): Labels => Object.fromEntries(words.filter(() => random() < HAS_WORD).map((word) => [word, valueOf()]))
  const nodes = Array.from({ length: upTo(NODES_MAX) }, (_each, index) =>
    aNode({
      id: idOf(1, index),
      name: `node-${index}`,
      labels: { ...(random() < 0.7 ? { 'topology.kubernetes.io/zone': `zone-${upTo(2)}` } : {}), ...pairs() },
      annotations: pairs(),
      runtimeType: oneOf(['node', 'node', 'browser']),
      status: oneOf(['online', 'online', 'online', 'unhealthy', 'offline']),
      unschedulable: random() < 0.1,
      taints:
        random() < 0.2 ? [{ key: oneOf(['dedicated', ...words]), effect: oneOf(['NoSchedule', 'PreferNoSchedule', 'NoExecute']) }] : [],
      allocatable: { cpu: oneOf([0, 1000, 64_000]), memory: oneOf([0, 4000, 256_000]), pods: oneOf([0, 1, 10, 110]) },
    }),
  )
  const podFields = (index: number) => ({
    id: idOf(2, index),
    name: `pod-${index}`,
    namespace: oneOf(['default', 'team-a']),
    labels: pairs(),
    annotations: pairs(),
    resources: { requests: random() < 0.8 ? { cpu: upTo(2000), memory: upTo(2000) } : {} },
    priority: oneOf([0, 0, 1_000_000, -1000]),
  })
  const pods = Array.from({ length: nodes.length === 0 ? 0 : upTo(PODS_MAX) }, (_each, index) =>
    aPod({ ...podFields(index + 1), nodeId: oneOf(nodes).id, status: oneOf(['running', 'starting', 'stopping', 'succeeded']) }),
  )
  return { nodes, pods, pod: aPod(podFields(0)) }
}

const idOf = (space: number, index: number): string => `${String(space).padStart(8, '0')}-0000-4000-8000-${String(index).padStart(12, '0')}`

/** mulberry32, by Tommy Ettinger. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
