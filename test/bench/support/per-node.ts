/**
 * Plugins in their per-node form: whatever they describe over many nodes, once for all that agree, or once for all pods is asked of
 * each node for each pod. It is what a scheduler does that keeps nothing.
 */
import type {
  BulkRule,
  BulkScore,
  CandidateSet,
  NodeColumns,
  NodeFacts,
  Plugin,
  PluginKernel,
  RuleOptions,
  ScoreBoard,
  ScoreOptions,
} from '../../../kernel/index.ts'

export const perNode = ({ apply, ...plugin }: Plugin): Plugin => ({
  ...plugin,
  apply: (kernel) => apply({ ...kernel, hooks: perNodeHooks(kernel.hooks) }),
})

type Tap<T> = (name: string, describe: (subject: T) => void) => void

function perNodeHooks(hooks: PluginKernel['hooks']): PluginKernel['hooks'] {
  const filter: Tap<CandidateSet> = (name, describe) => hooks.filter.tap(name, (candidates) => describe(slowCandidates(candidates)))
  const score: Tap<ScoreBoard> = (name, describe) => hooks.score.tap(name, (board) => describe(slowBoard(board)))
  return { ...hooks, filter: { tap: filter }, score: { tap: score } } as unknown as PluginKernel['hooks']
}

const slowRule = ({ when }: RuleOptions): RuleOptions => ({ isVolatile: true, ...(when ? { when } : {}) })
const slowScore = ({ weight, normalise, when }: ScoreOptions): ScoreOptions => ({
  isVolatile: true,
  ...(weight === undefined ? {} : { weight }),
  ...(normalise ? { normalise } : {}),
  ...(when ? { when } : {}),
})

const slowCandidates = (candidates: CandidateSet): CandidateSet => ({
  pod: candidates.pod,
  where: (test, options = {}) => candidates.where(test, slowRule(options)),
  prune: ({ keep, reason }: BulkRule) =>
    candidates.where((node) => keep(FIRST_SLOT.slice(), 1, columnsOf(node)) === 1 || reason(node), { isVolatile: true }),
  before: (run) => candidates.before(run),
  tally: (...described) => candidates.tally(...described),
  retryOn: (...causes) => candidates.retryOn(...causes),
})

const slowBoard = (board: ScoreBoard): ScoreBoard => ({
  pod: board.pod,
  add: (score, options = {}) => board.add(score, slowScore(options)),
  addAll: (scoreAll: BulkScore, options = {}) =>
    board.add(
      (node) => {
        const points = new Float64Array(1)
        scoreAll(FIRST_SLOT, 1, points, columnsOf(node))
        return points[0] ?? 0
      },
      { ...slowScore(options) },
    ),
  before: (run) => board.before(run),
  tally: (...described) => board.tally(...described),
  drawLots: () => board.drawLots(),
})

const FIRST_SLOT = new Int32Array(1)
const column = () => new Float64Array(1)
const amounts = () => ({ cpu: column(), memory: column(), storage: column(), pods: column() })
const ONE_NODE = { allocatable: amounts(), allocated: { ...amounts(), assumed: { cpu: column(), memory: column() } } }

/** The columns of a cluster of one node, until they are asked for again. */
function columnsOf({ allocatable, allocated }: NodeFacts): NodeColumns {
  for (const amount of ['cpu', 'memory', 'storage', 'pods'] as const) {
    ONE_NODE.allocatable[amount][0] = allocatable[amount]
    ONE_NODE.allocated[amount][0] = allocated[amount]
  }
  ONE_NODE.allocated.assumed.cpu[0] = allocated.assumed.cpu
  ONE_NODE.allocated.assumed.memory[0] = allocated.assumed.memory
  return ONE_NODE
}
