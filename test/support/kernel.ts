/** A kernel on a virtual clock and a store in memory, for tests of the kernel and of plugins. */
import { Kernel, silent, type Log, type Plugin } from '../../kernel/index.ts'
import { idMaker } from './ids.ts'
import { MemoryStore } from './memory-store.ts'
import { VirtualClock } from './virtual-clock.ts'

export { nouns } from '../../plugins/drop-ins/testing/nouns.ts'

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
  { store = new MemoryStore(), log = silent, clock = new VirtualClock() }: { store?: MemoryStore; log?: Log; clock?: VirtualClock } = {},
): Promise<TestKernel> {
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
