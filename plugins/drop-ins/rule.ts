/**
 * What a file from outside may export: a plugin, or its simple form, a rule of plain functions of pod and node. Both may also be
 * the answer of a function, so that a file can keep what it remembers inside.
 */
import { Check } from 'typebox/value'
import { PluginName, type ClassPod, type NodeFacts, type Plugin, type Verdict } from '../../kernel/index.ts'

/** The simple form. It sees a pod by the fields that its kind is alike in, and a node with what its pods hold. */
export interface Rule {
  readonly name: string
  /** Plugins that come before this one. */
  readonly after?: readonly string[]
  /** true lets the pod onto the node; a sentence, or false, does not. The sentence goes on from "3 nodes ..."; details come after a colon. */
  readonly filter?: (pod: ClassPod, node: NodeFacts) => Verdict
  /** 0 to 100: more is better. */
  readonly score?: (pod: ClassPod, node: NodeFacts) => number
  /** How much the score counts beside those of other plugins; 1 unless told. */
  readonly weight?: number
}

/** What the file of a plugin exports by default. */
export type Exported = Plugin | Rule | (() => Plugin | Rule)

const FIELDS: readonly string[] = ['name', 'after', 'filter', 'score', 'weight']
const EXAMPLE = "export default { name: 'my-rule', filter: (pod, node) => true }"

/** @throws Error saying what is wrong with it and what to write */
export function pluginOf(exported: unknown): Plugin {
  const made: unknown = typeof exported === 'function' ? (exported as () => unknown)() : exported
  if (typeof made !== 'object' || made === null) throw new Error(`exports no plugin but ${kindOf(made)}: write "${EXAMPLE}"`)
  const { name, after = [] } = made as Partial<Plugin>
  if (!Check(PluginName, name))
    throw new Error(`its name is ${JSON.stringify(name)}: a name has letters, digits and "-", 63 at most, a letter first`)
  if (!Array.isArray(after) || !after.every((each) => typeof each === 'string'))
    throw new Error(`${name}: "after" is a list of the names of plugins`)
  if ('apply' in made && typeof made.apply === 'function') return made as Plugin
  return ofRule(made as Rule)
}

function ofRule(rule: Rule): Plugin {
  const { name, after = [], filter, score, weight = 1 } = rule
  const stray = Object.keys(rule).find((field) => !FIELDS.includes(field))
  if (stray !== undefined) throw new Error(`${name} has a field "${stray}", which means nothing: a rule has ${FIELDS.join(', ')}`)
  for (const [field, value] of Object.entries({ filter, score })) {
    if (value !== undefined && typeof value !== 'function') throw new Error(`${name}: "${field}" is a function of pod and node`)
  }
  if (!filter && !score) throw new Error(`${name} neither filters nor scores: write "${EXAMPLE}", or a plugin with apply(kernel)`)
  return {
    name,
    after,
    apply({ hooks }) {
      if (filter) hooks.filter.tap(name, (candidates) => candidates.where((node) => filter.call(rule, candidates.pod, node)))
      if (score) hooks.score.tap(name, (board) => board.add((node) => score.call(rule, board.pod, node), { weight }))
    },
  }
}

const kindOf = (value: unknown): string => (value === undefined ? 'nothing' : value === null ? 'null' : `a ${typeof value}`)
