/**
 * Tries the file of a plugin out: that it can be enabled, how long it takes on a large cluster, and that on many small ones it throws
 * nothing, makes sense, and says the same when it is asked again at another time of the machine's clock.
 */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Plugin } from '../../../kernel/index.ts'
import { compile } from '../compile.ts'
import { CALL_MS_MAX, NODE_MS_MAX, sentence, type FaultKind } from '../referee.ts'
import { pluginOf } from '../rule.ts'
import { ask, type Asked } from './ask.ts'
import { aNode } from './builders.ts'
import { testCluster, wordsOf } from './clusters.ts'

const CLUSTERS = 100
const LARGE_NODES = 1_000
const LARGE_QUESTIONS = 5
/** The cluster whose nodes, over and over, make the large one. */
const LARGE_PATTERN = 7
const ANOTHER_TIME_MS = 12_345_678_901

export interface Finding {
  readonly what: string
  readonly isGood: boolean
  readonly detail: string
}

export async function probe(file: string, stopwatch: () => number): Promise<Finding[]> {
  const findings: Finding[] = []
  const find = (what: string, isGood: boolean, detail: string): boolean => {
    findings.push({ what, isGood, detail })
    return isGood
  }
  try {
    const make = await factoryOf(file)
    find('exports a plugin', true, make().name)
    ask([make()], [], testCluster(0, []).pod)
    find('can be enabled', true, 'apply came back')
    const words = wordsOf(await readFile(file, 'utf8'))
    // What is too slow would take for ever with the rest.
    if (measure(make, find, { words, stopwatch })) judge(make, find, words)
  } catch (error) {
    find(findings.length === 0 ? 'exports a plugin' : 'can be enabled', false, error instanceof Error ? error.message : String(error))
  }
  return findings
}

/** What is remembered by the module is remembered by all that this makes, as it would be in a server. */
async function factoryOf(file: string): Promise<() => Plugin> {
  const absolute = path.resolve(file)
  const { load } = await compile(absolute)
  const { default: exported } = await load()
  return () => pluginOf(exported)
}

type Find = (what: string, isGood: boolean, detail: string) => boolean

function judge(make: () => Plugin, find: Find, words: readonly string[]): void {
  const seeds = Array.from({ length: CLUSTERS }, (_each, index) => index + 1)
  const answers = seeds.map((seed) => asked(make, seed, words))
  const first = (kind: FaultKind) => answers.flatMap(({ faults }) => faults).find(({ fault }) => fault.kind === kind)
  const [threw, nonsense] = [first('threw'), first('nonsense')]
  find('throws nothing', !threw, threw ? sentence(threw.fault) : `on ${CLUSTERS} clusters`)
  find('makes sense', !nonsense, nonsense ? sentence(nonsense.fault) : effectOf(answers))
  const again = atAnotherTime(() => seeds.map((seed) => asked(make, seed, words)))
  const other = seeds.findIndex((_seed, index) => JSON.stringify(answers[index]?.answer) !== JSON.stringify(again[index]?.answer))
  const advice = 'it said something else when it was asked again: take the time from kernel.clock, and nothing by chance'
  find('says the same again', other < 0, other < 0 ? `on ${CLUSTERS} clusters, asked twice` : advice)
}

const asked = (make: () => Plugin, seed: number, words: readonly string[]): Asked => {
  const { nodes, pods, pod } = testCluster(seed, words)
  return ask([make()], nodes, pod, { pods })
}

function effectOf(answers: readonly Asked[]): string {
  const refused = answers.reduce((sum, { answer }) => sum + Object.keys(answer.refused).length, 0)
  const scores = answers.flatMap(({ answer }) => Object.values(answer.scores).flatMap((each) => Object.values(each)))
  const said =
    scores.length === 0 ? 'scored none' : `scored ${scores.length}, from ${rounded(lowest(scores))} to ${rounded(highest(scores))}`
  return `refused ${refused} nodes, ${said}`
}

const lowest = (numbers: readonly number[]): number => numbers.reduce((least, each) => Math.min(least, each))
const highest = (numbers: readonly number[]): number => numbers.reduce((most, each) => Math.max(most, each))

interface Measuring {
  readonly words: readonly string[]
  readonly stopwatch: () => number
}

function measure(make: () => Plugin, find: Find, { words, stopwatch }: Measuring): boolean {
  const { nodes: patterns } = testCluster(LARGE_PATTERN, words)
  const nodes = Array.from({ length: LARGE_NODES }, (_each, index) => {
    const { labels = {}, annotations = {} } = patterns[index % patterns.length] ?? {}
    return aNode({ name: `large-${index}`, labels, annotations })
  })
  let ms = 0
  for (let question = 0; question < LARGE_QUESTIONS; question += 1) {
    const { faults, counters } = ask([make()], nodes, testCluster(question, words).pod, { stopwatch })
    const slow = faults.find(({ fault }) => fault.kind === 'slow')
    if (slow) return find('is fast enough', false, sentence(slow.fault))
    ms += counters.ms
  }
  const perNode = rounded((1000 * ms) / (LARGE_NODES * LARGE_QUESTIONS))
  return find('is fast enough', true, `${perNode} µs a node; the most is ${1000 * NODE_MS_MAX}, and ${CALL_MS_MAX} ms in one call`)
}

/** With the machine's clock somewhere else: whoever decides by it is found out. */
function atAnotherTime<T>(run: () => T): T {
  const { Date: real } = globalThis
  globalThis.Date = new Proxy(real, {
    construct: (target, values: unknown[]) => new target(...((values.length === 0 ? [real.now() + ANOTHER_TIME_MS] : values) as [number])),
    get: (target, field): unknown => (field === 'now' ? () => real.now() + ANOTHER_TIME_MS : Reflect.get(target, field)),
  })
  try {
    return run()
  } finally {
    globalThis.Date = real
  }
}

const rounded = (number: number): string => String(Math.round(number * 100) / 100)
