/** Something that can be done to an object: what will happen, the command that does the same, and how it is taken back where it can be. */
import type { Schema } from '../forms/schema.ts'
import type { Value } from '../forms/value.ts'

export interface Action {
  /** On the button: "Stop". */
  readonly label: string
  readonly operation: string
  readonly input: object
  /** What will happen, naming what it happens to. */
  readonly consequence: string
  /** The same from a terminal, as it is with what was filled in. */
  readonly command: string | ((filled: Value) => string)
  /** Said once it is done: "Node a is cordoned". */
  readonly done: string
  readonly isDangerous?: boolean
  /** What is asked for first. */
  readonly form?: ActionForm
  readonly undo?: Pick<Action, 'operation' | 'input' | 'done'>
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

/** Told to the shell, which shows it for a while. */
export interface Done {
  readonly text: string
  readonly undo?: Pick<Action, 'operation' | 'input' | 'done'>
}

/** Fired by what has done something; the shell hears it wherever it is. */
export const doneEvent = (detail: Done): CustomEvent<Done> => new CustomEvent('done', { detail, bubbles: true, composed: true })
