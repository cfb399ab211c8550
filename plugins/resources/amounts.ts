/** What a pod may ask for, and a node has. */
export const AMOUNTS = ['cpu', 'memory', 'storage'] as const
export type Amount = (typeof AMOUNTS)[number]
