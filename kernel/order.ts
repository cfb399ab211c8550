/** The order of plugins: as given, except that each comes after those that it names. */
import type { Plugin } from './plugin.ts'

/** @throws Error when two have one name, or when they name each other in a circle */
export function inOrder(plugins: readonly Plugin[]): readonly Plugin[] {
  const byName = new Map<string, Plugin>()
  for (const plugin of plugins) {
    if (byName.has(plugin.name)) throw new Error(`two plugins are called ${plugin.name}`)
    byName.set(plugin.name, plugin)
  }
  const placed = new Set<Plugin>()
  const visit = (plugin: Plugin, path: readonly string[]): void => {
    if (placed.has(plugin)) return
    if (path.includes(plugin.name)) throw new Error(`plugins wait for each other: ${[...path, plugin.name].join(' -> ')}`)
    for (const name of plugin.after ?? []) {
      const earlier = byName.get(name)
      if (earlier) visit(earlier, [...path, plugin.name])
    }
    placed.add(plugin)
  }
  for (const plugin of plugins) visit(plugin, [])
  return [...placed]
}
