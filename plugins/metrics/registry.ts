/**
 * Counters, gauges and histograms in Prometheus' text format.
 * Source: https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 */
export type LabelValues = Readonly<Record<string, string>>

/** A metric's series, beyond which new label values are left out: what callers say must not fill the memory. */
const SERIES_MAX = 5_000

interface Head {
  readonly name: string
  readonly help: string
}

/** A number by labels. */
export class Series {
  readonly #head: Head
  readonly #type: 'counter' | 'gauge'
  readonly #values = new Map<string, number>()

  constructor(type: 'counter' | 'gauge', head: Head) {
    this.#type = type
    this.#head = head
  }

  add(labels: LabelValues = {}, value = 1): void {
    const key = labelText(labels)
    const known = this.#values.get(key)
    if (known === undefined && this.#values.size >= SERIES_MAX) return
    this.#values.set(key, (known ?? 0) + value)
  }

  toString(): string {
    const { name } = this.#head
    return [...headLines(this.#head, this.#type), ...[...this.#values].map(([labels, value]) => `${name}${labels} ${value}`)].join('\n')
  }
}

/** How long things take, in seconds. */
export class Histogram {
  readonly #head: Head
  readonly #bounds: readonly number[]
  readonly #series = new Map<string, { readonly labels: LabelValues; readonly counts: number[]; sum: number }>()

  constructor(head: Head, bounds: readonly number[]) {
    this.#head = head
    this.#bounds = bounds
  }

  observe(seconds: number, labels: LabelValues = {}): void {
    const key = labelText(labels)
    let series = this.#series.get(key)
    if (!series) {
      if (this.#series.size >= SERIES_MAX) return
      series = { labels, counts: Array.from({ length: this.#bounds.length + 1 }, () => 0), sum: 0 }
      this.#series.set(key, series)
    }
    const bucket = this.#bounds.findIndex((bound) => seconds <= bound)
    const at = bucket < 0 ? this.#bounds.length : bucket
    series.counts[at] = (series.counts[at] ?? 0) + 1
    series.sum += seconds
  }

  toString(): string {
    const { name } = this.#head
    const lines = [...this.#series.values()].flatMap(({ labels, counts, sum }) => {
      let total = 0
      const buckets = counts.map((count, index) => {
        total += count
        return `${name}_bucket${labelText({ ...labels, le: String(this.#bounds[index] ?? '+Inf') })} ${total}`
      })
      return [...buckets, `${name}_sum${labelText(labels)} ${sum}`, `${name}_count${labelText(labels)} ${total}`]
    })
    return [...headLines(this.#head, 'histogram'), ...lines].join('\n')
  }
}

const headLines = ({ name, help }: Head, type: string): string[] => [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`]

function labelText(labels: LabelValues): string {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`)
  return parts.length === 0 ? '' : `{${parts.join(',')}}`
}

const escaped = (value: string): string => value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
