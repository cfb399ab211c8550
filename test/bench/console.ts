/**
 * The console in a real Chromium: until it shows the cluster, how smooth it is while a thousand things change each second, how quick
 * a filter is, and what it holds after a while of that. Two rows are of clusters larger than fit on one machine, told by a kernel whose
 * nodes nobody runs; `server` is a real one with hollow agents. Beside it an empty page, in the same browser at the same time.
 */
import { loadavg } from 'node:os'
import { buildIfStale } from '../../console/cli/build.mjs'
import { waitFor } from '../support/wait-for.ts'
import type { BenchOptions } from './support/bench.ts'
import { startCluster } from './support/cluster.ts'
import { ConsoleFeed, type FeedSize } from './support/console-feed.ts'
import { ConsolePage, type Frames } from './support/console-page.ts'
import { Hollow } from './support/hollow.ts'
import { spread } from './support/statistics.ts'

const SIZES: Readonly<Record<string, FeedSize>> = {
  '1000/10000': { nodes: 1_000, pods: 10_000 },
  '5000/100000': { nodes: 5_000, pods: 100_000 },
}
const CHANGES_PER_SECOND = 1_000
const FRAMES_MS = 20_000
const QUICK_FRAMES_MS = 5_000
const MINUTES = 10
const QUICK_MINUTES = 0.5
const HOLLOW_AGENTS = 200
const WORDS = ['web-7', 'api', 'mailer-12', 'tier=front', 'node-42']

interface FeedRow {
  readonly row: string
  readonly nodes: number
  readonly pods: number
  readonly changesPerSecond: number
  /** All nodes and the first of their pods are drawn. */
  readonly firstUsefulPaintMs: number
  /** Everything is. */
  readonly completeMs: number
  /** The longest that the page answered nobody meanwhile. */
  readonly longestTaskMs: number
  readonly emptyPage: Frames
  readonly map: Frames
  /** Of the 95th percentiles. */
  readonly mapToEmptyPage: number
  readonly filterMs: number
  readonly heapBytes: { readonly before: number; readonly after: number; readonly minutes: number }
}
interface ServerRow {
  readonly row: 'server'
  readonly nodes: number
  readonly firstUsefulPaintMs: number
  /** Compressed, everything that the first page needs. */
  readonly firstLoadBytes: number
}
export interface ConsoleResult {
  /** Of the machine, when the bench began and when it ended. */
  readonly load: readonly [number, number]
  readonly rows: readonly (FeedRow | ServerRow)[]
}

export async function run({ rows = [...Object.keys(SIZES), 'server'], isQuick = false }: BenchOptions): Promise<ConsoleResult> {
  await buildIfStale()
  const [before = 0] = loadavg()
  const results: (FeedRow | ServerRow)[] = []
  for (const row of rows) {
    const size = SIZES[row]
    if (size) results.push(await measureFeed(row, size, isQuick))
    else if (row === 'server') results.push(await measureServer())
    else throw new Error(`there is no row ${row}: ${[...Object.keys(SIZES), 'server'].join(', ')}`)
  }
  const [after = 0] = loadavg()
  return { load: [before, after], rows: results }
}

export function print(result: object): void {
  const { load, rows } = result as ConsoleResult
  process.stdout.write(`load of the machine: ${load.map((each) => each.toFixed(1)).join(' before, ')} after\n`)
  for (const row of rows) {
    process.stdout.write(`${row.row.padEnd(14)}first useful paint ${row.firstUsefulPaintMs.toFixed(0)} ms\n`)
    if ('firstLoadBytes' in row) {
      process.stdout.write(`${''.padEnd(14)}first load ${(row.firstLoadBytes / 1e3).toFixed(1)} KB compressed\n`)
      continue
    }
    process.stdout.write(`${''.padEnd(14)}complete ${row.completeMs.toFixed(0)} ms  longest task ${row.longestTaskMs.toFixed(0)} ms\n`)
    for (const [name, { p50, p95, max, longShare }] of [
      ['map', row.map],
      ['empty page', row.emptyPage],
    ] as const) {
      const frames = `p50 ${p50.toFixed(1)} ms  p95 ${p95.toFixed(1)} ms  max ${max.toFixed(0)} ms  long ${(100 * longShare).toFixed(1)} %`
      process.stdout.write(`${''.padEnd(14)}${name.padEnd(12)}${frames}\n`)
    }
    const { before, after, minutes } = row.heapBytes
    process.stdout.write(`${''.padEnd(14)}filter ${row.filterMs.toFixed(0)} ms\n`)
    process.stdout.write(`${''.padEnd(14)}heap ${(before / 1e6).toFixed(0)} MB, ${(after / 1e6).toFixed(0)} MB after ${minutes} minutes\n`)
  }
}

const TOKENS = { accessToken: 'a', refreshToken: 'r', expiresAt: new Date(Date.now() + 86_400_000).toISOString() }
const SESSION = { user: { email: 'bench@example.com' }, ...TOKENS }

async function measureFeed(row: string, size: FeedSize, isQuick: boolean): Promise<FeedRow> {
  const feed = await ConsoleFeed.start(size)
  const console = await ConsolePage.open(SESSION)
  const [framesMs, minutes] = isQuick ? [QUICK_FRAMES_MS, QUICK_MINUTES] : [FRAMES_MS, MINUTES]
  try {
    await console.page.goto('about:blank')
    const emptyPage = await console.frames(framesMs)
    const { firstUsefulMs: firstUsefulPaintMs, completeMs, longestTaskMs } = await console.paint(`${feed.url}/?by=zone`, size)
    const before = await console.heapBytes()
    feed.change(CHANGES_PER_SECOND)
    const changed = feed.changed
    const began = performance.now()
    const map = await console.frames(framesMs)
    const changesPerSecond = ((feed.changed - changed) * 1_000) / (performance.now() - began)
    await pass(minutes * 60_000)
    const heapBytes = { before, after: await console.heapBytes(), minutes }
    await console.load(`${feed.url}/pods`, `${size.pods}`)
    const filters: number[] = []
    for (const word of WORDS) filters.push(await console.typing('Filter pods', word))
    const filterMs = spread(filters).p50
    const mapToEmptyPage = map.p95 / emptyPage.p95
    const paint = { firstUsefulPaintMs, completeMs, longestTaskMs }
    return { row, ...size, changesPerSecond, ...paint, emptyPage, map, mapToEmptyPage, filterMs, heapBytes }
  } finally {
    await console.close()
    await feed.stop()
  }
}

async function measureServer(): Promise<ServerRow> {
  const cluster = await startCluster()
  const hollow = new Hollow(cluster)
  try {
    await hollow.add(HOLLOW_AGENTS)
    const console = await ConsolePage.open({ ...SESSION, accessToken: cluster.token })
    try {
      const firstUsefulPaintMs = await console.load(cluster.url, `${HOLLOW_AGENTS} nodes, 0 pods`)
      return { row: 'server', nodes: HOLLOW_AGENTS, firstUsefulPaintMs, firstLoadBytes: await console.loadedBytes() }
    } finally {
      await console.close()
    }
  } finally {
    await hollow.stop()
    await cluster.stop()
  }
}

async function pass(ms: number): Promise<void> {
  const end = performance.now() + ms
  await waitFor('the time to pass', () => performance.now() > end, { timeoutMs: 2 * ms + 1_000, intervalMs: 250 })
}
