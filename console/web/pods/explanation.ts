/** An explanation as pods.explain gives it, and as a table shows it: nodes by plugins. Pure. */

export interface Explanation {
  readonly summary: string
  readonly chosen: string | null
  readonly runnerUp: string | null
  readonly victims: readonly string[]
  readonly nodes: Readonly<
    Record<
      string,
      {
        readonly refused?: Readonly<Record<string, string>>
        readonly scores?: Readonly<Record<string, number>>
        readonly total?: number
      }
    >
  >
  readonly changes: readonly { readonly kind: string; readonly text: string; readonly patch: object }[]
}

export interface Cell {
  readonly is: 'refused' | 'score' | 'nothing'
  readonly text: string
}
export interface Row {
  readonly node: string
  readonly total: number | undefined
  readonly mark: 'chosen' | 'runner-up' | ''
  readonly cells: readonly Cell[]
}
export interface Judgement {
  readonly plugins: readonly string[]
  readonly rows: readonly Row[]
}

/** The nodes that fit come first, best first; then the others by name. Plugins that refuse come before those that score. */
export function judgementOf({ nodes, chosen, runnerUp }: Explanation): Judgement {
  const all = Object.entries(nodes)
  const refusing = all.flatMap(([, { refused = {} }]) => Object.keys(refused))
  const scoring = all.flatMap(([, { scores = {} }]) => Object.keys(scores))
  const plugins = [...new Set([...refusing, ...scoring])]
  const rows = all.map(([node, { refused = {}, scores = {}, total }]): Row => {
    const cells = plugins.map((plugin): Cell => {
      const reason = refused[plugin]
      if (reason !== undefined) return { is: 'refused', text: reason }
      const score = scores[plugin]
      return score === undefined ? { is: 'nothing', text: '' } : { is: 'score', text: String(Math.round(score)) }
    })
    return { node, total, mark: node === chosen ? 'chosen' : node === runnerUp ? 'runner-up' : '', cells }
  })
  return { plugins, rows: rows.sort(bestFirst) }
}

/** Less than any number of points. */
const REFUSED = -1
/** The chosen one is first also where another has as many points. */
const bestFirst = (a: Row, b: Row): number =>
  Number(b.mark === 'chosen') - Number(a.mark === 'chosen') || (b.total ?? REFUSED) - (a.total ?? REFUSED) || (a.node < b.node ? -1 : 1)
