/** The reactive copy of what is watched: it becomes what the server has, and tells each change to whoever follows it. */
import { effect } from '@vue/reactivity'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Event } from '../../kernel/wire/frames.ts'
import { ReplicaOf } from '../../kernel/wire/replica.ts'

interface Thing {
  readonly id: string
  readonly version: number
}
const event = (fields: Partial<Event>): Event => ({ type: 'event', id: 1, revision: 1, isSnapshot: false, put: [], gone: [], ...fields })

test('it has what a server has that sent all of its changes, and told each of them with what was before', () => {
  const id = fc.constantFrom('a', 'b', 'c', 'd')
  const put = fc.array(fc.record({ id, version: fc.nat() }), { maxLength: 4 })
  const events = fc.array(fc.record({ isSnapshot: fc.boolean(), put, gone: fc.array(id, { maxLength: 2 }) }), { maxLength: 20 })
  fc.assert(
    fc.property(events, (sent) => {
      const server = new Map<string, Thing>()
      const told = new Map<string, Thing>()
      const replica = new ReplicaOf<Thing>((before, after) => {
        const key = (before ?? after)?.id ?? ''
        expect(told.get(key)).toBe(before)
        if (after) told.set(key, after)
        else told.delete(key)
      })
      for (const { isSnapshot, put, gone } of sent) {
        if (isSnapshot) server.clear()
        for (const each of put) server.set(each.id, each)
        if (!isSnapshot) for (const each of gone) server.delete(each)
        replica.apply(event({ isSnapshot, put, gone: isSnapshot ? [] : gone }))
      }
      expect(new Map(replica.raw)).toEqual(server)
      expect(told).toEqual(server)
    }),
  )
})

describe('whoever follows', () => {
  test('one record hears of it and of a snapshot, and not of the others', () => {
    const replica = new ReplicaOf<Thing>()
    const seen: (number | undefined)[] = []
    effect(() => void seen.push(replica.records.get('a')?.version))
    replica.apply(event({ put: [{ id: 'b', version: 1 }] }))
    replica.apply(event({ put: [{ id: 'a', version: 1 }] }))
    replica.apply(event({ put: [{ id: 'a', version: 2 }] }))
    replica.apply(event({ gone: ['a'] }))
    replica.apply(event({ isSnapshot: true, put: [{ id: 'a', version: 3 }] }))
    expect(seen).toEqual([undefined, 1, 2, undefined, 3])
  })

  test('all records hears of each that comes, changes or goes', () => {
    const replica = new ReplicaOf<Thing>()
    const seen: number[] = []
    effect(() => void seen.push([...replica.records.values()].reduce((sum, { version }) => sum + version, 0)))
    replica.apply(event({ put: [{ id: 'a', version: 1 }] }))
    replica.apply(event({ put: [{ id: 'a', version: 5 }] }))
    replica.apply(event({ gone: ['a'] }))
    expect(seen).toEqual([0, 1, 5, 0])
  })
})
