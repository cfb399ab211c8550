/** Parameters that one plugin adds to another's operation. */
import { Type } from 'typebox'
import { describe, expect, test } from 'vitest'
import type { Extension } from '../../kernel/extension.ts'
import { Operations, type Call, type Operation } from '../../kernel/operations.ts'
import { strict } from '../../kernel/schema/common.ts'

const sing: Operation = {
  name: 'birds.sing',
  summary: 'Sings',
  http: 'POST /api/birds',
  permission: null,
  input: strict({ song: Type.String() }),
  output: Type.Object({}),
  handle: (input) => ({ sung: input }),
}
const silently: Extension = {
  query: { isSilent: Type.Optional(Type.Boolean()) },
  output: Type.Object({}),
  handle: ({ isSilent }, input) => (isSilent ? { thought: input } : undefined),
}

function extended() {
  const operations = new Operations(() => true)
  operations.define('birds', sing)
  const retract = operations.extend('owls', 'birds.sing', silently)
  const run = (input: object) => operations.run(operations.get('birds.sing') ?? sing, input, {} as Call)
  return { operations, retract, run }
}

describe('an extended operation', () => {
  test('answers as before, and otherwise where the parameter asks for it; neither sees what is the other’s', async () => {
    const { run } = extended()
    expect(await run({ song: 'la' })).toEqual({ sung: { song: 'la' } })
    expect(await run({ song: 'la', isSilent: false })).toEqual({ sung: { song: 'la' } })
    expect(await run({ song: 'la', isSilent: true })).toEqual({ thought: { song: 'la' } })
    await expect(run({ isSilent: true })).rejects.toMatchObject({ code: 'INVALID', errors: [{ path: '/song' }] })
    await expect(run({ song: 'la', isSilent: 'very' })).rejects.toMatchObject({ code: 'INVALID' })
  })

  test('tells where the parameter travels', () => {
    expect(extended().operations.get('birds.sing')?.query).toEqual(['isSilent'])
  })

  test('is the same object again when the extension goes, and does not come back once it is gone itself', () => {
    const { operations, retract } = extended()
    retract()
    expect(operations.all()).toEqual([sing])
    const other = extended()
    other.operations.remove('birds.sing')
    other.retract()
    expect(other.operations.all()).toEqual([])
  })

  test('is extended by one plugin only, and only where there is such an operation', () => {
    const { operations } = extended()
    expect(() => operations.extend('larks', 'birds.sing', silently)).toThrow('larks and owls both extend birds.sing')
    expect(() => operations.extend('larks', 'birds.fly', silently)).toThrow('larks extends birds.fly, and no enabled plugin defines it')
  })
})
