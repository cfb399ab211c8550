/** Records as rows: what goes where, without a database. The way through one is in test/contract/store.test.ts. */
import { describe, expect, test } from 'vitest'
import type { Entity } from '../../../kernel/schema/common.ts'
import { rowCodec } from '../../../plugins/supabase/rows.ts'

const codec = rowCodec({
  kind: 'things',
  archive: false,
  columns: [
    { name: 'id', type: 'uuid' },
    { name: 'node_id', type: 'uuid' },
    { name: 'name', type: 'text' },
    { name: 'expires_at', type: 'timestamp with time zone' },
    { name: 'body', type: 'jsonb' },
  ],
})
const id = '00000000-0000-4000-8000-000000000001'
const toRow = (fields: object) => codec.toRow({ id, ...fields } as unknown as Entity)

describe('a record as a row', () => {
  test('has a field in the column of its name, and the rest in the body', () => {
    expect(toRow({ nodeId: id, extra: 1 })).toEqual({ id, node_id: id, body: { extra: 1 } })
  })

  test('has a field called body, or as a column is called, in the body', () => {
    expect(toRow({ body: 1, node_id: 2 })).toEqual({ id, body: { body: 1, node_id: 2 } })
  })

  test('has in the body what its column would change', () => {
    const row = toRow({ name: 'a\0b', expiresAt: '2026-01-01T00:00:00Z' })
    expect(row).toMatchObject({ name: 'a\uFFFDb', expires_at: '2026-01-01T00:00:00Z' })
    expect(codec.toRecord({ ...row, node_id: null, expires_at: '2026-01-01T00:00:00+00:00' })).toEqual({
      id,
      nodeId: null,
      name: 'a\0b',
      expiresAt: '2026-01-01T00:00:00Z',
    })
  })

  test('has the body as text when Postgres could not hold it', () => {
    expect(toRow({ extra: '\ud800' })['body']).toEqual({ $json: '{"extra":"\\ud800"}' })
    expect(toRow({ $json: 'mine' })['body']).toEqual({ $json: '{"$json":"mine"}' })
  })

  test.each([
    ['2026-01-02T03:04:05.67+00:00', '2026-01-02T03:04:05.670Z'],
    ['2026-01-02T03:04:05+00:00', '2026-01-02T03:04:05.000Z'],
  ])('gives the time %s back as %s', (stored, given) => {
    expect(codec.toRecord({ id, node_id: null, name: null, expires_at: stored, body: {} })).toMatchObject({ expiresAt: given })
  })
})
