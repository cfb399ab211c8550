/** What was asked for is shown at once, and in the end there is what the server has, whatever came first. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Foreseen, isUnconfirmed } from '../../console/web/foreseen.ts'
import type { Event } from '../../kernel/wire/frames.ts'
import { ReplicaOf } from '../../kernel/wire/replica.ts'

interface Thing {
  readonly id: string
  readonly resourceVersion: number
  readonly name: string
  readonly open: boolean
}

const FIRST: Thing = { id: 'a', resourceVersion: 1, name: 'first', open: true }

/** A console's copy of one thing, and the server that tells of it and answers when the test says so. */
class World {
  readonly #replica = new ReplicaOf<Thing>()
  readonly #foreseen = new Foreseen({
    get: (_kind, id) => this.#replica.raw.get(id),
    put: (_kind, record) => this.#replica.apply(eventOf({ put: [record] })),
  })
  server: Thing | undefined = FIRST

  constructor() {
    this.tell({ isSnapshot: true })
  }

  get shown(): Thing | undefined {
    return this.#replica.raw.get('a')
  }

  get isUnconfirmed(): boolean {
    return this.shown !== undefined && isUnconfirmed(this.shown)
  }

  change(fields: Partial<Thing>): void {
    if (this.server) this.server = { ...this.server, ...fields, resourceVersion: this.server.resourceVersion + 1 }
  }

  tell({ isSnapshot = false, thing = this.server }: { isSnapshot?: boolean; thing?: Thing | undefined } = {}): void {
    const event = eventOf(thing ? { isSnapshot, put: [thing] } : { isSnapshot, gone: isSnapshot ? [] : ['a'] })
    this.#replica.apply(this.#foreseen.over('things', event))
  }

  ask(change: Partial<Thing>): { answer: () => Promise<void>; refuse: () => Promise<void> } {
    let settle: { resolve: (value: unknown) => void; reject: (error: Error) => void } | undefined
    const asked = this.#foreseen.during({ kind: 'things', id: 'a', change }, () => {
      return new Promise((resolve, reject) => (settle = { resolve, reject }))
    })
    const end = asked.then(
      () => undefined,
      () => undefined,
    )
    return {
      answer: () => (settle?.resolve(this.server), end),
      refuse: () => (settle?.reject(new Error('no')), end),
    }
  }
}

const eventOf = (told: Partial<Pick<Event, 'isSnapshot' | 'put' | 'gone'>>): Event => ({
  type: 'event',
  id: 1,
  revision: 1,
  isSnapshot: false,
  put: [],
  gone: [],
  ...told,
})

describe('what was asked for', () => {
  test('is shown at once and not as confirmed, until the record of that version has come', async () => {
    const world = new World()
    const asked = world.ask({ open: false })
    expect(world.shown).toMatchObject({ open: false, name: 'first' })
    expect(world.isUnconfirmed).toBe(true)
    world.change({ open: false })
    await asked.answer()
    expect(world.isUnconfirmed).toBe(true)
    world.tell()
    expect({ ...world.shown, unconfirmed: world.isUnconfirmed }).toEqual({ ...world.server, unconfirmed: false })
  })

  test('is taken back when it is refused, without what has come meanwhile', async () => {
    const world = new World()
    const asked = world.ask({ open: false })
    world.change({ name: 'second' })
    world.tell()
    expect(world.shown).toMatchObject({ open: false, name: 'second' })
    await asked.refuse()
    expect({ ...world.shown, unconfirmed: world.isUnconfirmed }).toEqual({ ...world.server, unconfirmed: false })
  })

  test('that changes nothing is confirmed by its answer', async () => {
    const world = new World()
    await world.ask({ open: true }).answer()
    expect(world.shown).toBe(FIRST)
  })

  test('of a record that goes is not shown any more', async () => {
    const world = new World()
    const asked = world.ask({ open: false })
    world.server = undefined
    world.tell({ isSnapshot: true })
    expect(world.shown).toBeUndefined()
    await asked.refuse()
    expect(world.shown).toBeUndefined()
  })
})

const Deed = fc.constantFrom('ask to close', 'ask to rename', 'other change', 'tell', 'tell all', 'answer', 'refuse')

test('in the end there is what the server has, and nothing that is not confirmed, in whatever order it comes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(Deed, { maxLength: 30 }), async (deeds) => {
      const world = new World()
      const open: { change: Partial<Thing>; answer: () => Promise<void>; refuse: () => Promise<void> }[] = []
      const ask = (change: Partial<Thing>): void => void open.push({ change, ...world.ask(change) })
      const answer = async (): Promise<void> => {
        const next = open.shift()
        if (next) world.change(next.change)
        await next?.answer()
      }
      for (const deed of deeds) {
        if (deed === 'ask to close') ask({ open: false })
        if (deed === 'ask to rename') ask({ name: 'asked' })
        if (deed === 'other change') world.change({ name: 'other' })
        if (deed === 'tell') world.tell()
        if (deed === 'tell all') world.tell({ isSnapshot: true })
        if (deed === 'answer') await answer()
        if (deed === 'refuse') await open.shift()?.refuse()
        for (const { change } of open.slice(-1)) expect(world.shown).toMatchObject(change)
      }
      while (open.length > 0) await answer()
      world.tell()
      expect(world.shown).toEqual(world.server)
      expect(world.isUnconfirmed).toBe(false)
    }),
  )
})
