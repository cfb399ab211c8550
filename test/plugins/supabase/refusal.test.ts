/** What the database refuses with is told in our words: its own name tables, columns and values. */
import { expect, test } from 'vitest'
import { refusal } from '../../../plugins/supabase/errors.ts'

const said = (details: string) =>
  refusal({
    code: 'PT422',
    message: 'duplicate key value violates unique constraint "users_email" on table public.users: (ada@example.com)',
    details,
    hint: 'users_email',
  })

test.each([
  ['23505', 'ALREADY_EXISTS'],
  ['23503', 'IN_USE'],
  ['23514', 'INVALID'],
  ['22P02', 'INVALID'],
  ['XX000', 'INTERNAL'],
])('SQLSTATE %s is %s, and says nothing of what is inside', (state, code) => {
  const error = said(state)
  expect(error.code).toBe(code)
  expect(JSON.stringify([error.message, error.details ?? null])).not.toMatch(/users|ada@|constraint|\d{5}|public/)
  expect((error.cause as Error).message).toContain('users_email')
})
