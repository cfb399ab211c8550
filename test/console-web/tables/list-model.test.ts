/** Long lists: narrowed down, sorted, and chosen from. */
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { bulksOf, carryOut } from '../../../console/web/tables/bulk.ts'
import { labelMatchOf, withLabel } from '../../../console/web/tables/label-selector.ts'
import { ListModel, type Wanted } from '../../../console/web/tables/list-model.ts'
import { chosen } from '../../../console/web/tables/selection.ts'
import { matching, sorted, type Column } from '../../../console/web/tables/table-model.ts'
import type { Action } from '../../../console/web/parts/action.ts'
import { KernelError, matchesSelector, parseSelector, type Labels } from '../../../kernel/index.ts'

describe('a label selector', () => {
  const word = fc.constantFrom('app', 'tier', 'a.b/c', 'x')
  const value = fc.constantFrom('web', 'db', '', '1')
  const requirement = fc.oneof(
    fc.tuple(word, fc.constantFrom('=', '==', '!=', ' = '), value).map((parts) => parts.join('')),
    fc
      .tuple(word, fc.constantFrom(' in ', ' notin '), fc.array(value, { minLength: 1, maxLength: 3 }))
      .map(([key, is, of]) => `${key}${is}(${of.join(', ')})`),
    fc.tuple(fc.constantFrom('', '!'), word).map((parts) => parts.join('')),
    fc.constantFrom('=', 'a b', 'in (a)', ''),
  )
  const selectors = fc.array(requirement, { maxLength: 3 }).map((parts) => parts.join(','))
  const labels: fc.Arbitrary<Labels> = fc.dictionary(word, value, { maxKeys: 4 })

  test('matches and is refused exactly as the server has it', () => {
    fc.assert(
      fc.property(selectors, labels, (selector, on) => {
        expect(labelMatchOf(selector)?.(on)).toBe(asServer(selector, on))
      }),
      { numRuns: 1_000 },
    )
  })

  test('gets one more label by a click, and the same one only once', () => {
    expect(withLabel('', { key: 'app', value: 'web' })).toBe('app=web')
    expect(withLabel('tier in (a,b)', { key: 'app', value: 'web' })).toBe('tier in (a,b),app=web')
    expect(withLabel('app=web', { key: 'app', value: 'web' })).toBe('app=web')
  })
})

function asServer(selector: string, labels: Labels): boolean | undefined {
  try {
    return matchesSelector(parseSelector(selector), labels)
  } catch (error) {
    if (error instanceof KernelError) return undefined
    throw error
  }
}

interface Thing {
  readonly id: string
  readonly name: string
  readonly status: string
  readonly labels: Labels
}
const columns: readonly Column<Thing>[] = [
  { key: 'name', head: 'Name', value: ({ name }) => name },
  { key: 'status', head: 'Status', value: ({ status }) => status },
]
const anything: Wanted = { text: '', status: '', namespace: '', labels: () => true }
const facets = { status: ({ status }: Thing) => status, labels: ({ labels }: Thing) => labels }

describe('a list', () => {
  test('shows, after any changes, what it would show had it never been shown before', () => {
    const thing = fc.record({
      id: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      name: fc.constantFrom('x-9', 'x-10', 'y'),
      status: fc.constantFrom('on', 'off'),
    })
    const step = fc.record({
      things: fc.array(thing, { maxLength: 4 }),
      gone: fc.constantFrom('a', 'b', ''),
      text: fc.constantFrom('', 'x', 'on'),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), fc.constantFrom('name', '-status'), (steps, sort) => {
        const model = new ListModel<Thing>(facets)
        const records = new Map<string, Thing>()
        for (const { things, gone, text } of steps) {
          for (const each of things) records.set(each.id, { ...each, labels: {} })
          records.delete(gone)
          const shown = model.list(records, { wanted: { ...anything, text }, sort, columns })
          const fresh = sorted(matching(records.values(), text, columns), sort, columns)
          const valueOf = columns.find(({ key }) => sort.endsWith(key))?.value ?? (() => '')
          expect(shown.map(valueOf)).toEqual(fresh.map(valueOf))
          expect(new Set(shown)).toEqual(new Set(fresh))
        }
      }),
    )
  })

  test('is narrowed down by words, status and labels together, and has the statuses that there are to choose from', () => {
    const model = new ListModel<Thing>(facets)
    const things = [
      { id: '1', name: 'web', status: 'on', labels: { tier: 'a' } },
      { id: '2', name: 'web', status: 'off', labels: { tier: 'a' } },
      { id: '3', name: 'web', status: 'on', labels: { tier: 'b' } },
      { id: '4', name: 'db', status: 'on', labels: { tier: 'a' } },
    ]
    const wanted = { ...anything, text: 'web', status: 'on', labels: (labels: Labels) => labels['tier'] === 'a' }
    const shown = model.list(new Map(things.map((each) => [each.id, each])), { wanted, sort: 'name', columns })
    expect(shown.map(({ id }) => id)).toEqual(['1'])
    expect(model.choices('status', things)).toEqual(['off', 'on'])
  })

  test('finds what depends on other records also after those have changed', () => {
    let node = 'old'
    const foreign: Column<Thing> = { key: 'node', head: 'Node', value: () => node, isForeign: true }
    const model = new ListModel<Thing>({})
    const records = new Map([['1', { id: '1', name: 'web', status: '', labels: {} }]])
    const find = (text: string) =>
      model.list(records, { wanted: { ...anything, text }, sort: 'name', columns: [...columns, foreign] }).length
    expect([find('old'), find('new')]).toEqual([1, 0])
    node = 'new'
    expect([find('old'), find('new'), find('web new')]).toEqual([0, 1, 1])
  })
})

describe('a click on a row', () => {
  const ids = ['a', 'b', 'c', 'd', 'e']
  test('turns it, and with Shift makes all from the one before what that one is', () => {
    const first = chosen(new Set(), { id: 'b', ids, from: undefined })
    const stretch = chosen(first, { id: 'd', ids, from: 'b' })
    expect([...stretch].sort()).toEqual(['b', 'c', 'd'])
    const without = chosen(stretch, { id: 'c', ids, from: undefined })
    expect([...chosen(without, { id: 'd', ids, from: 'c' })]).toEqual(['b'])
  })

  test('after the one before has gone turns only itself', () => {
    expect([...chosen(new Set(['a']), { id: 'c', ids, from: 'gone' })].sort()).toEqual(['a', 'c'])
  })
})

describe('one action for many', () => {
  const action = (label: string, id: string): Action => ({
    label,
    operation: 'pods.stop',
    input: { id },
    consequence: '',
    command: '',
    done: '',
  })

  test('is offered for those that have it, with how many have it not', () => {
    const all = [
      { name: 'a', actions: [action('Stop', 'a'), action('Delete', 'a')] },
      { name: 'b', actions: [action('Delete', 'b')] },
    ]
    const bulks = bulksOf(all, ['Stop', 'Delete', 'Restart'])
    expect(bulks.map(({ label, parts, others }) => [label, parts.map(({ name }) => name), others])).toEqual([
      ['Stop', ['a'], 1],
      ['Delete', ['a', 'b'], 0],
    ])
  })

  test('is tried for each whatever becomes of the others, a few at a time, and says for which it failed', async () => {
    const parts = Array.from({ length: 30 }, (_, index) => ({ name: `pod-${index}`, action: action('Stop', String(index)) }))
    let [now, most] = [0, 0]
    const onProgress = vi.fn<(count: number) => void>()
    const failures = await carryOut(parts, {
      onProgress,
      async ask({ input }) {
        most = Math.max(most, ++now)
        await Promise.resolve()
        now -= 1
        return (input as { id: string }).id.endsWith('7') ? 'is gone' : undefined
      },
    })
    expect(failures.map(({ name }) => name)).toEqual(['pod-7', 'pod-17', 'pod-27'])
    expect(onProgress).toHaveBeenLastCalledWith(30)
    expect(most).toBeLessThanOrEqual(8)
  })
})
