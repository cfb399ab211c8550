/** The file that `stark plugin init` writes: a rule in the simple form that says nothing until a pod asks for it by a label. */
export const pluginTemplate = (name: string): string => `import type { Rule } from 'stark/plugin'

/**
 * ${name}: which nodes a pod may run on, and which it would rather. One object, two functions, both optional.
 *
 *   try it out   stark plugin test ${name}.ts
 *   enable it    put it into the plugins folder of a server, also of one that runs, or name it in stark.config.ts
 *   see it work  stark explain POD
 *   switch it    stark plugin list, stark plugin disable ${name}
 *
 * \`pod\` has the fields by which pods are alike: namespace, labels, resources, priority, tolerations, scheduling, packName ...
 * \`node\` is the node's record with what its pods hold: name, labels, annotations, taints, allocatable, allocated ...
 * Decide by these alone: what you say is remembered until the node, or what its pods hold, changes.
 */
const rule: Rule = {
  name: '${name}',

  /** true lets the pod onto the node. A sentence does not, and goes on from "3 nodes ..."; details come after a colon. */
  filter: (pod, node) => {
    if (pod.labels['track'] !== 'canary') return true // not my pod
    return node.labels['tier'] !== 'db' || 'are database nodes: canaries stay off them'
  },

  /** 0 to 100: more is better. It counts beside those of other plugins, by weight (stark cluster update --score-weight NAME=2). */
  score: (_pod, node) => Math.max(0, 100 - node.allocated.pods),
  weight: 1,
}
export default rule

/*
 * More than two functions: export a plugin, an object with a name and apply(kernel), in place of the rule. In apply,
 *
 *   kernel.hooks.filter.tap('${name}', (candidates) => { ... })
 *
 * is called once for all pods that are alike, and describes what they need. There, candidates.where(rule, { isFixed: true }) says
 * that only the node's record matters, { isVolatile: true } that more does than the node and its pods, such as the time
 * (kernel.clock.now()); candidates.retryOn('nodes:put') which changes could help; candidates.tally(...) counts pods by zone or host.
 * hooks.score has the same for points, with { weight, normalise }. The vectorised calls, candidates.prune({ keep, reason }) and
 * board.addAll(score), judge all nodes at once, over columns of what they have and hold, and are the fastest. hooks.admit completes or refuses objects, and operations.define
 * adds to the API and to this command line. Plugins that show each of these are in plugins/examples of Stark's repository.
 *
 * In a test, without a server:
 *
 *   import { aNode, aPod, explain } from 'stark/testing'
 *   explain([rule], [aNode({ name: 'n1' })], aPod()).refused   // { n1: { '${name}': 'are ...' } }
 *
 * A plugin that throws, says what makes no sense, or takes longer than 50 ms for one call is put out after five faults within a
 * minute, and named in the log and in "stark plugin list"; scheduling goes on without it.
 */
`
