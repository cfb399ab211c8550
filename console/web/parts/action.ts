/** Something that can be done to an object: what will happen, the command that does the same, and how it is taken back where it can be. */
import type { Cluster, Kind } from '../cluster.ts'
import type { Schema } from '../forms/schema.ts'
import type { Value } from '../forms/value.ts'

/** One call of an operation. */
export interface Step {
  readonly operation: string
  readonly input: object
  /** Which record becomes what: shown before the server has said so. Only where nothing else depends on it. */
  readonly expects?: {
    readonly kind: Kind
    readonly id: string
    /** What was filled in, unless told. */
    readonly change?: object
  }
}

export interface Action extends Step {
  /** On the button: "Stop". */
  readonly label: string
  /** What will happen, naming what it happens to. */
  readonly consequence: string
  /** The same from a terminal, as it is with what was filled in. */
  readonly command: string | ((filled: Value) => string)
  /** Said once it is done: "Node a is cordoned". */
  readonly done: string
  readonly isDangerous?: boolean
  /** What is asked for first. */
  readonly form?: ActionForm
  /** By what was filled in, where that matters. */
  readonly undo?: Undo | ((filled: Value) => Undo)
}

export interface ActionForm {
  /** Else the operation's own. */
  readonly schema?: Schema
  /** Of the operation's fields, these. */
  readonly fields?: readonly string[]
  /** What it is before somebody changes it. */
  readonly value: Value
  /** Only what was changed is sent. */
  readonly isPatch?: boolean
}

/** One after the other. */
export interface Undo {
  readonly steps: readonly Step[]
  /** Said once it is as it was. */
  readonly done: string
}

/** Told to the shell, which shows it for a while. */
export interface Done {
  readonly text: string
  /** What was asked for is not done: the text says why. */
  readonly isRefused?: boolean
  readonly undo?: Undo
}

/** @throws WireError with what the server has against it */
export async function perform(cluster: Cluster, { operation, input, expects }: Step, filled: Value = {}): Promise<void> {
  await cluster.ask(operation, { ...input, ...filled }, expects && { kind: expects.kind, id: expects.id, change: expects.change ?? filled })
}

export const undoOf = ({ undo }: Action, filled: Value = {}): Undo | undefined => (typeof undo === 'function' ? undo(filled) : undo)

/** The change that takes back what a form has changed: those of its fields as they were, and null for what was not there. */
export function restoring(step: Step, before: Value, filled: Value): Step {
  const change = Object.fromEntries(Object.keys(filled).map((name) => [name, before[name] ?? null]))
  return { ...step, input: { ...step.input, ...change }, ...(step.expects ? { expects: { ...step.expects, change } } : {}) }
}

/** Fired by what has done something; the shell hears it wherever it is. */
export const doneEvent = (detail: Done): CustomEvent<Done> => new CustomEvent('done', { detail, bubbles: true, composed: true })
