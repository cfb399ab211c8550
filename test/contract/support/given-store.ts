/** The frame of the store's contract: the same tests on each front, and for each test a store that leads and was just loaded. */
import { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest'
import type { Entity } from '../../../kernel/schema/index.ts'
import type { Store, StoreOptions } from '../../../plugins/supabase/store.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { load, type Loaded, type Writer } from './change-sets.ts'
import { fronts, type Front } from './fronts.ts'

export interface Given {
  readonly front: Front
  readonly store: Store
  readonly writer: Writer
  /** As a restart of the control plane: leads at once, because it is the same holder. @returns what it finds */
  open(options?: Partial<StoreOptions>): Promise<Loaded>
  /** Another one, closed after the test. */
  another(options: Partial<StoreOptions>): Promise<Store>
  /** The record as a restart finds it. */
  found(kind: string, record: { readonly id: string }): Promise<Entity | undefined>
}

export function describeStore(what: string, tests: (given: Given) => void): void {
  describe.each(Object.entries(fronts))(`${what}, on %s`, (_name, startFront) => {
    let front: Front
    let store: Store
    let writer: Writer
    const opened: Store[] = []

    const another = async (options: Partial<StoreOptions>) => {
      const made = await front.open(options)
      opened.push(made)
      return made
    }
    const open = async (options: Partial<StoreOptions> = {}) => {
      store = await another(options)
      const loaded = await load(store)
      writer = loaded.writer
      return loaded.records
    }
    beforeAll(async () => {
      front = await startFront(temporaryFolder('store'))
    })
    afterAll(() => front?.stop())
    beforeEach(async () => {
      await open()
    })
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((each) => each.close()))
    })
    tests({
      get front() {
        return front
      },
      get store() {
        return store
      },
      get writer() {
        return writer
      },
      open,
      another,
      found: async (kind, { id }) => (await open()).get(kind)?.get(id),
    })
  })
}

export const isUnavailable = { code: 'STORE_UNAVAILABLE' }
