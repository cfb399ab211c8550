/** Random clusters and what happens to them, field by field, so that a counterexample shrinks to the few fields that matter. */
export { namespaceLabels, NAMESPACES, namespacesOf, podLabels } from './labels.ts'
export { allocatable, nodeId, nodeLabels, nodeOfSpec, nodeSpec, nodeStatus, ownHost, taints, type NodeSpec } from './nodes.ts'
export { packs, podId, podOfSpec, podSpec, standing, type PodSpec } from './pods.ts'
export { settings } from './settings.ts'
export { THEMES, type Theme } from './themes.ts'
