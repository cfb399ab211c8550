/** When something last became of a plugin of the server: what depends on them is asked for anew then. */
import type { Cluster } from './cluster.ts'

/** Followed by the effect that reads it. @returns '' where nothing has */
export function pluginsChangedAt(cluster: Cluster): string {
  let latest = ''
  for (const { objectKind, lastAt } of cluster.all('events').values()) if (objectKind === 'plugins' && lastAt > latest) latest = lastAt
  return latest
}
