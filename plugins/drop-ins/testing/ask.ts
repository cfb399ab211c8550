/** Asks plugins from outside, and no others, about a pod: by the real scheduler, on a kernel that is never started. */
import { Kernel, silent, type Clock, type Node, type Plugin, type Pod } from '../../../kernel/index.ts'
import { guarded } from '../guard.ts'
import { Referee, type Counters, type Fault } from '../referee.ts'
import { pluginOf, type Exported } from '../rule.ts'
import { CREATED_AT } from './builders.ts'
import { idMaker } from './ids.ts'
import { nouns } from './nouns.ts'

export interface Situation {
  /** Pods that are there already; those with a nodeId are on that node. */
  readonly pods?: readonly Pod[]
  /** RFC 3339: what the time is; the start of 2026 unless told. */
  readonly now?: string
}

export interface Answer {
  /** Why, by node and plugin; a node that is not here was refused by nobody. */
  readonly refused: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** 0 to 100, by node that was not refused, and plugin. */
  readonly scores: Readonly<Record<string, Readonly<Record<string, number>>>>
  /** The name of the node that the pod would go to. */
  readonly chosen: string | null
}

export interface Asked {
  readonly answer: Answer
  readonly faults: readonly { readonly plugin: string; readonly fault: Fault }[]
  readonly counters: Counters
}

export interface AskOptions extends Situation {
  /** ms that only ever grow, in fractions: unless told, nothing takes any time. */
  readonly stopwatch?: () => number
}

export function ask(plugins: readonly Exported[], nodes: readonly Node[], pod: Pod, options: AskOptions = {}): Asked {
  const { pods = [], now = CREATED_AT, stopwatch = () => 0 } = options
  const faults: { plugin: string; fault: Fault }[] = []
  const counters: Counters = { calls: 0, ms: 0, threw: 0, nonsense: 0, slow: 0 }
  const watched = (exported: Exported): Plugin => {
    const plugin = pluginOf(exported)
    const onFault = (fault: Fault): void => void faults.push({ plugin: plugin.name, fault })
    return guarded(plugin, new Referee({ now: () => 0, stopwatch, onFault, onOut: () => undefined, counters }))
  }
  const kernel = new Kernel({
    plugins: [nouns(), ...plugins.map(watched)],
    clock: standingStill(now),
    newId: idMaker(0xf),
    log: silent,
  })
  for (const node of nodes) kernel.state.table('nodes').set(node.id, node)
  for (const each of pods) kernel.state.table('pods').set(each.id, each)
  kernel.state.flush()
  return { answer: answerFor(kernel, pod), faults, counters }
}

function answerFor(kernel: Kernel, pod: Pod): Answer {
  return kernel.fork(({ scheduler }) => {
    const all = scheduler.explain(pod)
    const isRefused = ({ refused }: (typeof all)[number]) => Object.keys(refused).length > 0
    return {
      refused: Object.fromEntries(all.filter(isRefused).map(({ node, refused }) => [node.name, refused])),
      scores: Object.fromEntries(all.filter((each) => !isRefused(each)).map(({ node, scores }) => [node.name, scores])),
      chosen: scheduler.judge(pod).best?.name ?? null,
    }
  })
}

/** @throws Error when `now` is no time */
function standingStill(now: string): Clock {
  const ms = Date.parse(now)
  if (Number.isNaN(ms)) throw new Error(`${now} is no time: write it as ${CREATED_AT}`)
  const never = (): (() => void) => () => undefined
  return { now: () => ms, after: never, every: never }
}
