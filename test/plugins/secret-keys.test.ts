/** Keys that seal secrets: what they seal only they open, and only for what it was sealed for. */
import { randomBytes } from 'node:crypto'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { KeyRing } from '../../plugins/secrets/keys.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const newKey = () => randomBytes(32).toString('base64')
const given = (...texts: string[]) => KeyRing.open({ directory: '/nowhere', texts })
const UNREADABLE = expect.objectContaining({ code: 'SECRET_UNREADABLE' }) as Error

describe('what is sealed', () => {
  test('is opened as it was, whatever it is', () => {
    const ring = given(newKey())
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, about) => {
        expect(ring.unseal(ring.seal(text, about), about)).toBe(text)
      }),
    )
  })

  test('is another thing each time, and does not show what is in it', () => {
    const ring = given(newKey())
    const [first, second] = [ring.seal('the very same secret', 'a'), ring.seal('the very same secret', 'a')]
    expect(first.sealed).not.toBe(second.sealed)
    expect(Buffer.from(first.sealed, 'base64').toString('latin1')).not.toContain('secret')
  })

  test('is not opened once a single bit of it was changed', () => {
    const ring = given(newKey())
    const { keyId, sealed } = ring.seal('text', 'a')
    const bytes = Buffer.from(sealed, 'base64')
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes)
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(() => ring.unseal({ keyId, sealed: changed.toString('base64') }, 'a')).toThrow(UNREADABLE)
    }
  })

  test('is not opened in the place of another, nor with another key', () => {
    const [one, other] = [newKey(), newKey()]
    const sealed = given(one).seal('text', 'id default/a')
    expect(() => given(one).unseal(sealed, 'id default/b')).toThrow(UNREADABLE)
    expect(() => given(other).unseal(sealed, 'id default/a')).toThrow(UNREADABLE)
    expect(given(other, one).unseal(sealed, 'id default/a')).toBe('text')
  })
})

describe('the file of keys', () => {
  const fileIn = (directory: string) => path.join(directory, 'secrets-key')

  test('is made once, for its owner only, and is the same at the next start', () => {
    const directory = temporaryFolder('keys')
    const sealed = KeyRing.open({ directory, texts: [] }).seal('text', 'a')
    expect(statSync(fileIn(directory)).mode & 0o777).toBe(0o600)
    expect(KeyRing.open({ directory, texts: [] }).unseal(sealed, 'a')).toBe('text')
  })

  test('has the new key and the old ones until these are forgotten', () => {
    const directory = temporaryFolder('keys')
    const ring = KeyRing.open({ directory, texts: [] })
    const sealed = ring.seal('text', 'a')
    ring.addKey()
    expect(ring.newest).not.toBe(sealed.keyId)
    expect(KeyRing.open({ directory, texts: [] }).unseal(sealed, 'a')).toBe('text')
    ring.forgetOld()
    expect(readFileSync(fileIn(directory), 'utf8').trim().split('\n')).toHaveLength(1)
    expect(() => KeyRing.open({ directory, texts: [] }).unseal(sealed, 'a')).toThrow(UNREADABLE)
  })

  test('that holds no key is an error, and is not written over', () => {
    const directory = temporaryFolder('keys')
    writeFileSync(fileIn(directory), 'nonsense\n')
    expect(() => KeyRing.open({ directory, texts: [] })).toThrow('32 bytes in base64')
    expect(readFileSync(fileIn(directory), 'utf8')).toBe('nonsense\n')
  })
})
