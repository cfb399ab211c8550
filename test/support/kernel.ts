/** A kernel on a virtual clock and a store in memory, for tests of the kernel and of plugins. */
import { Kernel, Node, Pack, Pod, silent, type Log, type Plugin } from '../../kernel/index.ts'
import { idMaker } from './ids.ts'
import { MemoryStore } from './memory-store.ts'
import { VirtualClock } from './virtual-clock.ts'

/** The nouns alone, for tests that bring rules of their own. */
export const nouns = (): Plugin => ({
  name: 'nouns',
  apply({ kinds }) {
    kinds.define<Node>('nodes', { schema: Node, unique: { name: ({ name }) => name } })
    kinds.define<Pack>('packs', {
      schema: Pack,
      unique: { version: ({ name, version }) => `${name}@${version}` },
      indexes: { name: ({ name }) => name },
    })
    kinds.define<Pod>('pods', {
      schema: Pod,
      unique: { name: ({ namespace, name }) => `${namespace}/${name}` },
      indexes: { nodeId: ({ nodeId }) => nodeId, namespace: ({ namespace }) => namespace },
    })
  },
})

/** One maker for all: a kernel that is started again on a store must not repeat ids. */
const newId = idMaker(0xa)

export interface TestKernel {
  readonly kernel: Kernel
  readonly clock: VirtualClock
  readonly store: MemoryStore
  /** Lets everything happen that takes no time: commits settle and the scheduler passes. */
  settle(): Promise<void>
}

export async function startKernel(
  plugins: readonly Plugin[],
  { store = new MemoryStore(), log = silent }: { store?: MemoryStore; log?: Log } = {},
): Promise<TestKernel> {
  const clock = new VirtualClock()
  const kernel = new Kernel({ plugins: [store.plugin(), ...plugins], clock, newId, log })
  await kernel.start()
  const settle = async (): Promise<void> => {
    for (let turns = 0; turns < 20; turns += 1) {
      await Promise.resolve()
      clock.advance(0)
    }
  }
  return { kernel, clock, store, settle }
}
