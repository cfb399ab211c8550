/** The public face of the kernel: plugins import this file and no other of it. */
export * from './schema/index.ts'
export type { Change, ChangeSet, Delete, Origin, Put } from './changes.ts'
export { timestamp, type Clock } from './clock.ts'
export { codes, KernelError, toProblem, type Code, type FieldError, type Problem } from './errors.ts'
export { createHooks, STORE_STAGE, type Admission, type Draft, type Hooks, type Loading } from './hooks.ts'
export type { Extension } from './extension.ts'
export type { Fork } from './fork.ts'
export { first } from './first.ts'
export { Followers } from './followers.ts'
export { invalid } from './input-errors.ts'
export { Kernel, type KernelOptions } from './kernel.ts'
export { silent, type Log, type LogFields, type LogLevel } from './log.ts'
export {
  Download,
  type Answer,
  type Attempt,
  type Call,
  type Credential,
  type Operation,
  type Principal,
  type Session as LiveSession,
  type Settled,
} from './operations.ts'
export type { Plugin, PluginKernel, PluginStatus, Services } from './plugin.ts'
export { sweep } from './sweep.ts'
export { isValidSelector, labelOf, matchesNodeRules, matchesNodeTerm, matchesSelector, parseSelector, tolerates } from './matching.ts'
export type { KindDefinition, Reader, State } from './state.ts'
export type { New, Patch, Transaction } from './transaction.ts'
export type { BulkRule, CandidateSet, Cause, ClassPod, NodeFacts, Refusal, RuleOptions, Verdict } from './scheduling/candidates.ts'
export { ASSUMED, type Column, type NodeColumns } from './scheduling/columns.ts'
export type { Judgement } from './scheduling/judgement.ts'
export type { Phase, Stopwatch } from './scheduling/meter.ts'
export type { Explanation } from './scheduling/placement.ts'
export type { Nomination, PreemptRequest } from './scheduling/preemption.ts'
export type { BulkScore, Normalise, ScoreBoard, ScoreOptions } from './scheduling/score-board.ts'
export type { Contribution, Kin, Tally, TallyOptions } from './scheduling/tally.ts'
export { clusterConfig, clusterDefaults, type ClusterSettings } from './cluster-config.ts'
export { page, type PageOf, type PageRequest } from './listing.ts'
export { expectVersion, lookUp } from './lookup.ts'
