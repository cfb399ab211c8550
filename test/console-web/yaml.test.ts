/** Objects as YAML: what another reader makes of it is what went in. */
import fc from 'fast-check'
import { parse } from 'yaml'
import { expect, test } from 'vitest'
import { toYaml } from '../../console/web/parts/yaml.ts'

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '',
    'yes',
    'y',
    'null',
    '1.0',
    '0x1f',
    '~',
    '- a',
    'a: b',
    '#',
    ' a',
    'a\n',
    'a\n\nb',
    'a\nb',
    '\n',
    'a \nb',
    '@scope/x',
    "it's",
    '2026-01-02T03:04:05Z',
  ),
)
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    tie('list'),
    tie('object'),
  ),
  list: fc.array(tie('value'), { maxLength: 4 }),
  object: fc.dictionary(
    text.filter((name) => name !== '__proto__' && name !== '<<'),
    tie('value'),
    { maxKeys: 4 },
  ),
})).object

test('is read as what it was made of', () => {
  fc.assert(
    fc.property(json, (value) => {
      const zero = (each: unknown): unknown => JSON.parse(JSON.stringify(each))
      for (const version of ['1.2', '1.1'] as const) expect(zero(parse(toYaml(value), { version }))).toEqual(zero(value))
    }),
  )
})

test('is as plain as somebody would write it', () => {
  const pod = {
    name: 'web',
    labels: { 'app.example/part': 'front' },
    args: ['-v', 'now'],
    nodes: [{ name: 'a', taints: [] }],
    text: 'one\ntwo',
    none: null,
  }
  expect(toYaml(pod)).toBe(`name: web
labels:
  app.example/part: front
args:
  - "-v"
  - now
nodes:
  - name: a
    taints: []
text: |-
  one
  two
none: null
`)
})
