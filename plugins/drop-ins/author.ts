/** What the file of a plugin imports, as types only: `import type { Rule } from 'stark/plugin'`. */
import type { Exported } from './rule.ts'

export type {
  BulkRule,
  BulkScore,
  CandidateSet,
  ClassPod,
  NodeFacts,
  Plugin,
  PluginKernel,
  ScoreBoard,
  Verdict,
} from '../../kernel/index.ts'
export type { Panel } from '../services.ts'
export type { Rule } from './rule.ts'

/** What stark.config.ts exports by default. */
export interface Config {
  /** Files, from the folder of the configuration, and plugins. */
  readonly plugins?: readonly (string | Exported)[]
}
