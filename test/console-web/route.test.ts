/** The console's addresses: what they mean, and that each can be sent to somebody. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addressOf, deploymentAddress, nodeAddress, packAddress, PLACES, podAddress, routeOf } from '../../console/web/route.ts'

const read = (address: string) => routeOf(new URL(address, 'http://stark.example'))

describe('an address', () => {
  test('is read as it was written, for every place and whatever its objects are called', () => {
    const word = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => text !== '.' && text !== '..')
    fc.assert(
      fc.property(fc.constantFrom(...PLACES), fc.dictionary(word, word), word, (place, query, name) => {
        const path = place === 'pods' || place === 'nodes' ? [name] : []
        expect(read(addressOf({ place, path, query }))).toEqual({ place, path, query })
      }),
    )
  })

  test('leaves out what is empty, and says the names of what it leads to', () => {
    expect(addressOf({ place: 'pods', query: { filter: '', sort: '' } })).toBe('/pods')
    expect(podAddress({ namespace: 'default', name: 'web' })).toBe('/pods/default/web')
    expect(podAddress({ namespace: 'default', name: 'web' }, 'why')).toBe('/pods/default/web?view=why')
    expect(deploymentAddress({ namespace: 'a', name: 'b' })).toBe('/deployments/a/b')
    expect(nodeAddress('node 1')).toBe('/nodes/node%201')
    expect(packAddress('@scope/web')).toBe('/packs/@scope/web')
  })

  test.each(['/docs', '/api/pods', '/pods/a/b/c', '/agent.js', '/map', '/pods/%E0%A4%A'])('%s is nowhere in the console', (address) => {
    expect(read(address).place).toBe('nowhere')
  })
})
