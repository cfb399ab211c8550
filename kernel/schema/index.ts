/** The nouns of the cluster, each a schema that is its type, its validation and its documentation. */
export * from './common.ts'
export * from './selector.ts'
export * from './taint.ts'
export * from './pack.ts'
export * from './node.ts'
export * from './pod.ts'
export * from './cluster.ts'
export * from './kinds.ts'
