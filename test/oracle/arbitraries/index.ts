/** Random clusters and what happens to them, field by field, so that a counterexample shrinks to the few fields that matter. */
export { maybeSelector, namespaceLabels, NAMESPACES, namespacesOf, podLabels } from './labels.ts'
export { allocatable, nodeId, nodeLabels, nodeOfSpec, nodeSpec, nodeStatus, ownHost, taint, taints, type NodeSpec } from './nodes.ts'
export { packs, podId, podOfSpec, podSpec, standing, toleration, type PodSpec } from './pods.ts'
export { nodeTerm } from './rules.ts'
export { settings } from './settings.ts'
export { THEMES, type Theme } from './themes.ts'
