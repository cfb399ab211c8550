/**
 * What `filter` is given: the place to describe where pods of one class may run. A class is all pods with the same
 * scheduling-relevant fields; the hook is called once for it, and the functions given here for nodes: the easy ones one by one, those
 * over many nodes with all that are in question.
 */
import type { Node, Pod } from '../schema/index.ts'
import type { Held, NodeColumns } from './columns.ts'
import type { Contribution, Tally, TallyOptions } from './tally.ts'

/** A node as plugins judge it: its record, its place in the columns, and what its pods hold now. */
export interface NodeFacts extends Readonly<Node> {
  readonly slot: number
  readonly allocated: Held
}

/** The fields by which pods of one class are alike. Which pod it is, a plugin does not see. */
export type ClassPod = Pick<
  Pod,
  | 'namespace'
  | 'packId'
  | 'packName'
  | 'packVersion'
  | 'nodeName'
  | 'labels'
  | 'tolerations'
  | 'resources'
  | 'scheduling'
  | 'priority'
  | 'preemptionPolicy'
  | 'deploymentId'
>

/** true keeps the node; a sentence, or false, refuses it. The sentence goes on from "3 nodes ..."; details come after a colon. */
export type Verdict = boolean | string

/** Which change could make a refused node fit: `nodes:put`, `pods:release` (a pod left its node), or `KIND:put|delete`. */
export type Cause = `${string}:${'put' | 'delete' | 'release'}`

export interface RuleOptions {
  /** It looks at the node's record alone: no pod that leaves could change the answer. */
  readonly isFixed?: boolean
  /** With the same text here it says the same of every node, whichever pod it is for, and is asked once for all. Not for volatile rules. */
  readonly sharedAs?: string
  /** It looks at more than the node and what its own pods hold, such as a tally: it is asked anew each time. */
  readonly isVolatile?: boolean
  /** Asked once before a volatile rule is asked of any node: false spares all of them, and stays false when pods leave. */
  readonly when?: () => boolean
  /** For a volatile rule: of the node it looks at the values of these labels alone, so it is asked once for all nodes that agree in them. */
  readonly over?: readonly string[] | (() => readonly string[])
  /** For a rule `over` labels: its answer changes only with this tally, so it is not asked while that stands still. */
  readonly follows?: Tally
}

/** A rule over many nodes at once. */
export interface BulkRule {
  /** Keeps, in place and in order, the slots of the nodes that pass. @returns how many are left */
  readonly keep: (slots: Int32Array, count: number, nodes: NodeColumns) => number
  /** Why a node that did not pass was refused; asked only when somebody wants to know. */
  readonly reason: (node: NodeFacts) => string
  /** As of a rule: with the same text here it says the same, whichever pod it is for. */
  readonly sharedAs?: string
}

export interface CandidateSet {
  readonly pod: ClassPod
  /**
   * Refuses the nodes for which `test` does not say true. Unless told otherwise it looks at the node and what its pods hold, and
   * is asked again only when these change. A plugin that throws refuses the node, and is named.
   */
  where(test: (node: NodeFacts) => Verdict, options?: RuleOptions): void
  /** As `where`, over columns: it looks at the numbers of the node and of what its pods hold. */
  prune(rule: BulkRule): void
  /** Runs with all nodes, at first and whenever a node has come, gone or changed, before any is tested. */
  before(run: (nodes: readonly NodeFacts[]) => void): void
  /** Counts of placed pods by topology, kept up to date for as long as the class is known. */
  tally(contribution: Contribution, options?: TallyOptions): Tally
  /** What could help after a refusal of this plugin; any change of a node or a pod, unless told. */
  retryOn(...causes: Cause[]): void
}

export type OpenTally = (contribution: Contribution, options?: TallyOptions) => Tally

export interface Rule extends RuleOptions {
  readonly plugin: string
  readonly test: (node: NodeFacts) => Verdict
}

export interface NamedBulkRule extends BulkRule {
  readonly plugin: string
}

export interface Refusal {
  readonly plugin: string
  readonly reason: string
}

/** The rules of one class, in the order of the plugins. */
export class Candidates implements CandidateSet {
  readonly pod: ClassPod
  readonly rules: (Rule | NamedBulkRule)[] = []
  readonly preparations: { readonly plugin: string; readonly run: (nodes: readonly NodeFacts[]) => void }[] = []
  readonly #causes = new Map<string, readonly Cause[]>()
  readonly tally: OpenTally
  /** Whose tap is being called. */
  plugin = ''

  constructor(pod: ClassPod, tally: OpenTally) {
    this.pod = pod
    this.tally = tally
  }

  where(test: (node: NodeFacts) => Verdict, options: RuleOptions = {}): void {
    this.rules.push({ plugin: this.plugin, test, ...options })
  }

  prune(rule: BulkRule): void {
    this.rules.push({ plugin: this.plugin, ...rule })
  }

  before(run: (nodes: readonly NodeFacts[]) => void): void {
    this.preparations.push({ plugin: this.plugin, run })
  }

  retryOn(...causes: Cause[]): void {
    this.#causes.set(this.plugin, causes)
  }

  causesOf(plugin: string): readonly Cause[] {
    return this.#causes.get(plugin) ?? ANYTHING
  }
}

const ANYTHING: readonly Cause[] = ['nodes:put', 'nodes:delete', 'pods:release', 'pods:put']
