/** The list of plugins, as people and programs are shown it: those of the kernel, and those from outside that are not in it. */
import { Type, type Static } from 'typebox'
import { nullable, strict, type PluginStatus } from '../../kernel/index.ts'
import { nameIn, type Residents } from './residents.ts'
import type { Counters } from './referee.ts'

const Count = Type.Integer({ minimum: 0 })

export const PluginRow = strict({
  name: Type.String(),
  source: Type.String({ description: 'built-in, or the file that it is from' }),
  state: Type.Enum(['enabled', 'disabled', 'quarantined', 'failed']),
  reason: nullable(Type.String({ description: 'why it is not enabled, or not in its newest version' })),
  after: Type.Array(Type.String()),
  hooks: Type.Array(Type.String(), { description: 'what it taps' }),
  scores: Type.Array(Type.String(), { description: 'the names under which it scores: scoreWeights can name them' }),
  measured: nullable(
    strict(
      {
        calls: Count,
        ms: Type.Number({ minimum: 0, description: 'its own time in all these calls' }),
        threw: Count,
        nonsense: Count,
        slow: Count,
      },
      { description: 'since it was enabled; null for built-in ones' },
    ),
  ),
})
export type PluginRow = Static<typeof PluginRow>

export function rowsOf(enabled: readonly PluginStatus[], residents: Residents): PluginRow[] {
  const reasonOf = (file: string): string | undefined => residents.failures.find((failure) => failure.file === file)?.reason
  const rows = enabled.map(({ name, after, hooks, scores }): PluginRow => {
    const resident = residents.get(name)
    const common = { name, state: 'enabled' as const, after: [...after], hooks: [...hooks], scores: [...scores] }
    if (!resident) return { ...common, source: 'built-in', reason: null, measured: null }
    return {
      ...common,
      source: resident.file,
      reason: resident.reason ?? reasonOf(resident.file) ?? null,
      measured: shown(resident.counters),
    }
  })
  const absent = residents.all.filter(({ state }) => state !== 'enabled')
  const files = residents.all.map(({ file }) => file)
  const without = { after: [], hooks: [], scores: [] }
  return [
    ...rows,
    ...absent.map(({ plugin, file, state, reason, counters }): PluginRow => ({
      ...without,
      name: plugin.name,
      source: file,
      state,
      reason,
      after: [...(plugin.after ?? [])],
      measured: shown(counters),
    })),
    ...residents.failures
      .filter(({ file }) => !files.includes(file))
      .map(({ file, reason }): PluginRow => ({ ...without, name: nameIn(file), source: file, state: 'failed', reason, measured: null })),
  ]
}

const shown = ({ ms, ...counts }: Counters) => ({ ...counts, ms: Math.round(ms * 1000) / 1000 })
