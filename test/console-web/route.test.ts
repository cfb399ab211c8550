/** The console's addresses: what they mean, and that each can be sent to somebody. */
import { describe, expect, test } from 'vitest'
import { addressOf, nodeAddress, PLACES, podAddress, routeOf } from '../../console/web/route.ts'

const read = (address: string) => routeOf(new URL(address, 'http://stark.example'))

describe('an address', () => {
  test('is read as it was written, for every place', () => {
    for (const place of PLACES) {
      const route = { place, query: { filter: 'app=web & "more"', sort: '-name' } }
      expect(read(addressOf(route))).toEqual(route)
    }
  })

  test('leaves out what is empty', () => {
    expect(addressOf({ place: 'pods', query: { filter: '', sort: '' } })).toBe('/pods')
    expect(podAddress('p1')).toBe('/pod?id=p1')
    expect(podAddress('p1', 'why')).toBe('/pod?id=p1&view=why')
    expect(nodeAddress('n1')).toBe('/node?id=n1')
  })

  test.each(['/docs', '/api/pods', '/pods/', '/agent.js'])('%s is not the console', (address) => {
    expect(read(address)).toBeUndefined()
  })
})
