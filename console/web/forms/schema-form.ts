/**
 * <schema-form .schema=${schema} .value=${value} .errors=${errors} .suggestions=${{ '/pack': ['web'] }}></schema-form>
 * Fields made from a JSON Schema, each with what the schema says of it and what the server has against it. What holds others is
 * folded away until it is wanted, or until something in it is wrong. Fires form-change with the new value.
 */
import { html, LitElement, nothing, type TemplateResult } from 'lit'
import { shared } from '../styles.ts'
import { isFilled, isFolded, parsed, shown, summaryOf, without, wordOf } from './field-text.ts'
import { formStyles } from './form-styles.ts'
import './pairs-field.ts'
import { fieldOf, helpOf, labelOf, plainly, type Field, type Schema } from './schema.ts'
import { errorsAt, hasErrorsBelow, isObject, pointerOf, valueAt, withValue, type FieldError, type Path, type Value } from './value.ts'

interface Asked {
  readonly path: Path
  readonly schema: Schema
  readonly isRequired: boolean
  readonly value: unknown
  readonly label: string
}

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

  override render() {
    const field = fieldOf(this.schema)
    return field.is === 'group' ? this.#fields(field, []) : this.#json({ ...this.#ask([], this.schema, true), label: 'Input' })
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
        return this.#folded(asked, this.#json(asked))
      case 'choices':
        return this.#choices(asked, field.choices)
      case 'boolean':
        return this.#choice(asked, { choices: ['true', 'false'], read: (text) => text === 'true' })
      case 'choice':
        return this.#choice(asked, { choices: field.choices, read: (text) => text })
      case 'number':
        return this.#number(asked, field.isWhole)
      case 'number or text':
        return this.#text(asked, (text) => (/^\d+$/.test(text) ? Number(text) : text))
      case 'words':
        return this.#words(asked)
      case 'hidden lines':
        return this.#hiddenLines(asked)
      case 'text':
        return this.#text(asked, (text) => text)
    }
  }

  #folded(asked: Asked, inside: TemplateResult): TemplateResult {
    const { path, value, label, schema } = asked
    const pointer = pointerOf(path)
    if (hasErrorsBelow(this.errors, path) || errorsAt(this.errors, path).length > 0 || isFilled(value)) this.#unfolded.add(pointer)
    return html`<details ?open=${this.#unfolded.has(pointer)}>
      <summary>${label} <span class="muted">${summaryOf(value, fieldOf(schema))}</span></summary>
      ${helpText(schema)} ${inside} ${this.#errorsOf(path)}
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

  #choices({ path, value, schema, label }: Asked, choices: readonly string[]): TemplateResult {
    const chosen: readonly unknown[] = Array.isArray(value) ? value : []
    const turn = (choice: string): void =>
      this.#put(
        path,
        choices.filter((each) => (each === choice ? !chosen.includes(each) : chosen.includes(each))),
      )
    return html`<div class="field" role="group" aria-label=${label}>
      <span class="label">${label}</span>
      ${choices.map(
        (choice) =>
          html`<label class="beside"
            ><input type="checkbox" .checked=${chosen.includes(choice)} @change=${() => turn(choice)} /> ${choice}</label
          >`,
      )}
      ${helpText(schema)} ${this.#errorsOf(path)}
    </div>`
  }

  #choice(asked: Asked, { choices, read }: { choices: readonly string[]; read: (text: string) => unknown }): TemplateResult {
    const { path, value, isRequired, schema } = asked
    const change = (event: Event): void => {
      const { value: text } = event.target as HTMLSelectElement
      this.#put(path, text === '' ? without(schema) : read(text))
    }
    const current = typeof value === 'boolean' ? String(value) : shown(value)
    const empty =
      isRequired && current !== '' ? '' : html`<option value="" ?selected=${current === ''}>${isRequired ? '' : 'as usual'}</option>`
    const options = choices.map((choice) => html`<option value=${choice} ?selected=${choice === current}>${wordOf(choice)}</option>`)
    return this.#labelled(
      asked,
      (id, described) =>
        html`<select id=${id} aria-describedby=${described} @change=${change}>
          ${empty}${options}
        </select>`,
    )
  }

  #number(asked: Asked, isWhole: boolean): TemplateResult {
    const { path, schema, value } = asked
    const { minimum, maximum } = { ...schema, ...schema.anyOf?.[0] }
    const change = (event: InputEvent): void => {
      const { value: text } = event.target as HTMLInputElement
      this.#put(path, text === '' ? without(schema) : Number(text))
    }
    return this.#labelled(
      asked,
      (id, described, isWrong) =>
        html`<input
          id=${id}
          type="number"
          step=${isWhole ? 1 : 'any'}
          min=${minimum ?? nothing}
          max=${maximum ?? nothing}
          aria-describedby=${described}
          aria-invalid=${isWrong}
          .value=${shown(value)}
          @input=${change}
        />`,
    )
  }

  #text(asked: Asked, read: (text: string) => unknown): TemplateResult {
    const { path, schema, value, isRequired } = asked
    const suggestions = this.suggestions[pointerOf(path)] ?? []
    const change = (event: InputEvent): void => {
      const { value: text } = event.target as HTMLInputElement
      this.#put(path, text === '' ? without(schema) : read(text))
    }
    return this.#labelled(
      asked,
      (id, described, isWrong) =>
        html`<input
            id=${id}
            list="${id}-list"
            type=${schema.writeOnly ? 'password' : 'text'}
            autocomplete=${schema.writeOnly ? 'new-password' : 'off'}
            spellcheck="false"
            aria-describedby=${described}
            aria-invalid=${isWrong}
            aria-required=${isRequired}
            .value=${shown(value)}
            @input=${change}
          />
          <datalist id="${id}-list">${suggestions.map((each) => html`<option value=${each}></option>`)}</datalist>`,
    )
  }

  #hiddenLines(asked: Asked): TemplateResult {
    const { path, schema, value } = asked
    const change = (event: InputEvent): void => {
      const { value: text } = event.target as HTMLTextAreaElement
      this.#put(path, text === '' ? without(schema) : text)
    }
    return this.#labelled(
      asked,
      (id, described, isWrong) =>
        html`<textarea
          id=${id}
          class="hidden-lines"
          rows="3"
          autocomplete="off"
          spellcheck="false"
          aria-describedby=${described}
          aria-invalid=${isWrong}
          .value=${shown(value)}
          @input=${change}
        ></textarea>`,
    )
  }

  /** A line each, because what is in them may have spaces. */
  #words(asked: Asked): TemplateResult {
    const { path, schema, value } = asked
    const change = (event: InputEvent): void => {
      const words = (event.target as HTMLTextAreaElement).value.split('\n').filter((line) => line !== '')
      this.#put(path, words.length === 0 ? without(schema) : words)
    }
    const text = Array.isArray(value) ? value.join('\n') : ''
    return this.#labelled(
      { ...asked, label: `${asked.label}, one a line` },
      (id, described) => html`<textarea id=${id} rows="2" aria-describedby=${described} .value=${text} @change=${change}></textarea>`,
    )
  }

  #json(asked: Asked): TemplateResult {
    const { path, value, schema } = asked
    const change = (event: Event): void => {
      const area = event.target as HTMLTextAreaElement
      const read = parsed(area.value)
      area.setCustomValidity(read ? '' : 'is not JSON')
      area.reportValidity()
      if (read) this.#put(path, read.value ?? without(schema))
    }
    const text = value === undefined ? '' : JSON.stringify(value, null, 2)
    return this.#labelled(
      { ...asked, label: `${asked.label} as JSON` },
      (id, described) => html`<textarea id=${id} rows="4" aria-describedby=${described} .value=${text} @change=${change}></textarea>`,
    )
  }

  #labelled(
    { path, schema, label, isRequired }: Asked,
    control: (id: string, described: string, isWrong: 'true' | 'false') => TemplateResult,
  ): TemplateResult {
    const id = `field${pointerOf(path).replaceAll('/', '-')}`
    const isWrong = errorsAt(this.errors, path).length > 0 ? 'true' : 'false'
    return html`<div class="field">
      <label for=${id}>${label}${isRequired ? html` <span class="muted">(required)</span>` : ''}</label>
      ${control(id, `${id}-help ${id}-error`, isWrong)}
      <div id="${id}-help">${helpText(schema)}</div>
      <div id="${id}-error">${this.#errorsOf(path)}</div>
    </div>`
  }

  #errorsOf(path: Path) {
    return errorsAt(this.errors, path).map(({ message }) => html`<p class="error">${plainly(message)}</p>`)
  }

  #put(path: Path, given: unknown): void {
    this.value = (withValue(this.value, path, given) ?? {}) as Value
    this.dispatchEvent(new CustomEvent('form-change', { detail: this.value }))
  }
}
customElements.define('schema-form', SchemaForm)

function helpText(schema: Schema) {
  const help = helpOf(schema)
  return help === '' ? '' : html`<p class="help muted">${help}</p>`
}
