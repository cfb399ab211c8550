/** What the palette finds for what is typed. */
import { describe, expect, test } from 'vitest'
import { search, type Entry } from '../../console/web/shell/palette-model.ts'

const entry = (kind: string, text: string, detail = ''): Entry => ({ kind, text, detail, run: () => undefined })
const entries = [
  entry('Do', 'Restart'),
  entry('Page', 'Pods', 'g p'),
  entry('Node', 'alpha', 'online'),
  entry('Pod', 'my-web', 'default running'),
  entry('Pod', 'web-2', 'staging pending'),
  entry('Pod', 'web', 'default running'),
]
const found = (text: string, most = 10): string[] => search(entries, text, most).map(({ text: name }) => name)

describe('the palette', () => {
  test('shows what comes first when nothing is typed', () => {
    expect(found('', 3)).toEqual(['Restart', 'Pods', 'alpha'])
  })

  test('puts first what is called so, then what begins so, then what has it in its name', () => {
    expect(found('web')).toEqual(['web', 'web-2', 'my-web'])
  })

  test('needs each word, and finds kinds and details too', () => {
    expect(found('pod staging')).toEqual(['web-2'])
    expect(found('node al')).toEqual(['alpha'])
    expect(found('web nowhere')).toEqual([])
  })

  test('shows no more than it is asked for, the best of all', () => {
    expect(found('web', 1)).toEqual(['web'])
  })
})
