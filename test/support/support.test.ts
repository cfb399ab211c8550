/** The tests' own tools: what they promise, so that a red test means the product. */
import { existsSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { Check } from 'typebox/value'
import { Namespace, Node, Pack, Pod } from '../../kernel/schema/index.ts'
import { aNamespace, aNode, aPack, aPod, ofPack } from './builders.ts'
import { idMaker } from './ids.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { VirtualClock } from './virtual-clock.ts'
import { waitFor } from './wait-for.ts'

describe('a builder', () => {
  test('makes a record that the schema accepts, whatever was left out', () => {
    expect(Check(Node, aNode())).toBe(true)
    expect(Check(Pack, aPack())).toBe(true)
    expect(Check(Pod, aPod())).toBe(true)
    expect(Check(Namespace, aNamespace())).toBe(true)
  })

  test('keeps what it is given, and completes a part that is given in part', () => {
    const node = aNode({ name: 'n1', allocatable: { cpu: 1 } })
    expect(node).toMatchObject({ name: 'n1', allocatable: { cpu: 1, memory: 8000 } })
    const pack = aPack({ name: 'hello' })
    expect(aPod({ ...ofPack(pack), resources: { requests: { cpu: 5 } } })).toMatchObject({
      packId: pack.id,
      packName: 'hello',
      resources: { requests: { cpu: 5 }, limits: {} },
    })
  })

  test('freezes the record all the way down', () => {
    const pod = aPod({ labels: { app: 'web' } })
    expect(Object.isFrozen(pod) && Object.isFrozen(pod.labels) && Object.isFrozen(pod.resources.requests)).toBe(true)
  })

  test('gives every record an id and a name of its own', () => {
    const [first, second] = [aPod(), aPod()]
    expect(first.id).not.toBe(second.id)
    expect(first.name).not.toBe(second.name)
  })
})

test('an id maker gives the same uuids in every run, and another space gives others', () => {
  const [next, other] = [idMaker(), idMaker(0xa)]
  expect([next(), next(), other()]).toEqual([
    '00000000-0000-4000-8000-000000000001',
    '00000000-0000-4000-8000-000000000002',
    '0000000a-0000-4000-8000-000000000001',
  ])
})

describe('a virtual clock', () => {
  test('runs what falls due in the order of time, at its time, and nothing later', () => {
    const clock = new VirtualClock(0)
    const ran: [string, number][] = []
    clock.after(30, () => ran.push(['late', clock.now()]))
    clock.after(10, () => ran.push(['early', clock.now()]))
    clock.after(10, () => ran.push(['early too', clock.now()]))
    clock.advance(29)
    expect(ran).toEqual([
      ['early', 10],
      ['early too', 10],
    ])
    expect([clock.now(), clock.pending]).toEqual([29, 1])
  })

  test('repeats until cancelled, also when the callback itself cancels', () => {
    const clock = new VirtualClock(0)
    const ran: number[] = []
    const cancel = clock.every(10, () => {
      ran.push(clock.now())
      if (ran.length === 3) cancel()
    })
    clock.advance(1000)
    expect(ran).toEqual([10, 20, 30])
    expect(clock.pending).toBe(0)
  })

  test('runs in the same advance what a timer sets on the way', () => {
    const clock = new VirtualClock(0)
    const ran: number[] = []
    clock.after(10, () => clock.after(5, () => ran.push(clock.now())))
    clock.advance(20)
    expect(ran).toEqual([15])
  })

  test('throws when timers follow each other without end', () => {
    const clock = new VirtualClock(0)
    const again = (): void => void clock.after(0, again)
    again()
    expect(() => clock.advance(1)).toThrow('sets timers without end')
  })
})

describe('waitFor', () => {
  test('returns what the probe finds', async () => {
    let asked = 0
    expect(await waitFor('the third question', () => ++asked === 3 && 'found')).toBe('found')
  })

  test('says what it waited for and what it saw last', async () => {
    await expect(waitFor('a yes', () => false, { timeoutMs: 30 })).rejects.toThrow('waited 30 ms for a yes; the last answer was false')
    const refused = () => Promise.reject(new Error('refused'))
    await expect(waitFor('an answer', refused, { timeoutMs: 30 })).rejects.toThrow('the last try threw refused')
  })
})

describe('a temporary folder', () => {
  let folder = ''
  // The folder's own hook was registered first, so it runs last; a hook of this suite still sees the folder.
  afterAll(() => expect(existsSync(folder)).toBe(true))

  test('exists, is named after its purpose, and is another each time', () => {
    folder = temporaryFolder('support')
    expect(folder).toMatch(/stark-support-/)
    expect(existsSync(folder)).toBe(true)
    expect(temporaryFolder('support')).not.toBe(folder)
  })
})
