/**
 * <schema-form .schema=${schema} .value=${value} .errors=${errors} .suggestions=${{ '/pack': ['web'] }}></schema-form>
 * Fields made from a JSON Schema, each with what the schema says of it and what the server has against it. What holds others is
 * folded away until it is wanted, or until something in it is wrong. Fires form-change with the new value.
 */
import { html, LitElement, type TemplateResult } from 'lit'
import { shared } from '../styles.ts'
import {
  choiceControl,
  choicesControl,
  errorsOf,
  helpText,
  hiddenLinesControl,
  jsonControl,
  numberControl,
  textControl,
  wordsControl,
  type Asked,
  type Form,
} from './controls.ts'
import { isFilled, isFolded, summaryOf, without } from './field-text.ts'
import { formStyles } from './form-styles.ts'
import './pairs-field.ts'
import { fieldOf, labelOf, type Field, type Schema } from './schema.ts'
import { errorsAt, hasErrorsBelow, isObject, pointerOf, valueAt, withValue, type FieldError, type Path, type Value } from './value.ts'

export class SchemaForm extends LitElement {
  static override styles = [shared, formStyles]
  static override properties = {
    schema: { attribute: false },
    value: { attribute: false },
    errors: { attribute: false },
    suggestions: { attribute: false },
  }
  declare schema: Schema
  declare value: Value
  declare errors: readonly FieldError[]
  /** What a text may be, by JSON pointer; others are allowed. */
  declare suggestions: Readonly<Record<string, readonly string[]>>
  /** What was unfolded once for what is in it: emptying it does not fold it under somebody's fingers. */
  readonly #unfolded = new Set<string>()

  constructor() {
    super()
    this.value = {}
    this.errors = []
    this.suggestions = {}
  }

  get #form(): Form {
    const { errors, suggestions } = this
    return { errors, suggestions, put: (path, given) => this.#put(path, given) }
  }

  override render() {
    const field = fieldOf(this.schema)
    return field.is === 'group' ? this.#fields(field, []) : jsonControl(this.#form, { ...this.#ask([], this.schema, true), label: 'Input' })
  }

  /** What must be there comes first, and what holds others last. */
  #fields({ properties, required }: Extract<Field, { is: 'group' }>, path: Path): TemplateResult[] {
    const rank = ([name, schema]: readonly [string, Schema]) => (required.includes(name) ? 0 : isFolded(fieldOf(schema)) ? 2 : 1)
    return Object.entries(properties)
      .toSorted((a, b) => rank(a) - rank(b))
      .map(([name, schema]) => this.#field(this.#ask([...path, name], schema, required.includes(name))))
  }

  #ask(path: Path, schema: Schema, isRequired: boolean): Asked {
    return { path, schema, isRequired, value: valueAt(this.value, path), label: labelOf(path.at(-1) ?? '') }
  }

  #field(asked: Asked): TemplateResult {
    const field = fieldOf(asked.schema)
    switch (field.is) {
      case 'group':
        return this.#folded(asked, html`${this.#fields(field, asked.path)}`)
      case 'items':
        return this.#folded(asked, this.#items(asked, field.item))
      case 'pairs':
        return this.#folded(asked, this.#pairs(asked, field.isNumeric))
      case 'json':
        return this.#folded(asked, jsonControl(this.#form, asked))
      case 'choices':
        return choicesControl(this.#form, asked, field.choices)
      case 'boolean':
        return choiceControl(this.#form, asked, { choices: ['true', 'false'], read: (text) => text === 'true' })
      case 'choice':
        return choiceControl(this.#form, asked, { choices: field.choices, read: (text) => text })
      case 'number':
        return numberControl(this.#form, asked, field.isWhole)
      case 'number or text':
        return textControl(this.#form, asked, (text) => (/^\d+$/.test(text) ? Number(text) : text))
      case 'words':
        return wordsControl(this.#form, asked)
      case 'hidden lines':
        return hiddenLinesControl(this.#form, asked)
      case 'text':
        return textControl(this.#form, asked, (text) => text)
    }
  }

  #folded(asked: Asked, inside: TemplateResult): TemplateResult {
    const { path, value, label, schema } = asked
    const pointer = pointerOf(path)
    if (hasErrorsBelow(this.errors, path) || errorsAt(this.errors, path).length > 0 || isFilled(value)) this.#unfolded.add(pointer)
    return html`<details ?open=${this.#unfolded.has(pointer)}>
      <summary>${label} <span class="muted">${summaryOf(value, fieldOf(schema))}</span></summary>
      ${helpText(schema)} ${inside} ${errorsOf(this.errors, path)}
    </details>`
  }

  #items({ path, value, label }: Asked, item: Schema): TemplateResult {
    const items: readonly unknown[] = Array.isArray(value) ? value : []
    const field = fieldOf(item)
    const one = (_item: unknown, index: number): TemplateResult => {
      const at = [...path, String(index)]
      const rest = items.filter((_each, other) => other !== index)
      return html`<fieldset>
        <legend>${label} ${index + 1}</legend>
        ${field.is === 'group' ? this.#fields(field, at) : this.#field(this.#ask(at, item, true))}
        <button type="button" @click=${() => this.#put(path, rest.length === 0 ? undefined : rest)}>Remove</button>
      </fieldset>`
    }
    return html`${items.map(one)}<button type="button" @click=${() => this.#put(path, [...items, {}])}>
        Add to ${label.toLowerCase()}
      </button>`
  }

  #pairs({ path, value, label, schema }: Asked, isNumeric: boolean): TemplateResult {
    const change = ({ detail }: CustomEvent<Value>): void => this.#put(path, Object.keys(detail).length === 0 ? without(schema) : detail)
    return html`<pairs-field
      label=${label}
      ?numeric=${isNumeric}
      .pairs=${isObject(value) ? value : {}}
      @pairs-change=${change}
    ></pairs-field>`
  }

  #put(path: Path, given: unknown): void {
    this.value = (withValue(this.value, path, given) ?? {}) as Value
    this.dispatchEvent(new CustomEvent('form-change', { detail: this.value }))
  }
}
customElements.define('schema-form', SchemaForm)
