/** The single fields of a form: each with its label, what the schema says of it, and what the server has against it. */
import { html, nothing, type TemplateResult } from 'lit'
import { parsed, shown, without, wordOf } from './field-text.ts'
import { helpOf, plainly, type Schema } from './schema.ts'
import { errorsAt, pointerOf, type FieldError, type Path } from './value.ts'

/** What a field knows of the form that it stands in. */
export interface Form {
  readonly errors: readonly FieldError[]
  /** What a text may be, by JSON pointer; others are allowed. */
  readonly suggestions: Readonly<Record<string, readonly string[]>>
  readonly put: (path: Path, given: unknown) => void
}

export interface Asked {
  readonly path: Path
  readonly schema: Schema
  readonly isRequired: boolean
  readonly value: unknown
  readonly label: string
}

export function choicesControl(form: Form, { path, value, schema, label }: Asked, choices: readonly string[]): TemplateResult {
  const chosen: readonly unknown[] = Array.isArray(value) ? value : []
  const turn = (choice: string): void =>
    form.put(
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
    ${helpText(schema)} ${errorsOf(form.errors, path)}
  </div>`
}

export function choiceControl(
  form: Form,
  asked: Asked,
  { choices, read }: { choices: readonly string[]; read: (text: string) => unknown },
): TemplateResult {
  const { value, isRequired } = asked
  const current = typeof value === 'boolean' ? String(value) : shown(value)
  const empty =
    isRequired && current !== '' ? '' : html`<option value="" ?selected=${current === ''}>${isRequired ? '' : 'as usual'}</option>`
  const options = choices.map((choice) => html`<option value=${choice} ?selected=${choice === current}>${wordOf(choice)}</option>`)
  return labelled(
    form,
    asked,
    (id, described) =>
      html`<select id=${id} aria-describedby=${described} @change=${taking(form, asked, read)}>
        ${empty}${options}
      </select>`,
  )
}

export function numberControl(form: Form, asked: Asked, isWhole: boolean): TemplateResult {
  const { schema, value } = asked
  const { minimum, maximum } = { ...schema, ...schema.anyOf?.[0] }
  return labelled(
    form,
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
        @input=${taking(form, asked, Number)}
      />`,
  )
}

export function textControl(form: Form, asked: Asked, read: (text: string) => unknown): TemplateResult {
  const { path, schema, value, isRequired } = asked
  const suggestions = form.suggestions[pointerOf(path)] ?? []
  return labelled(
    form,
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
          @input=${taking(form, asked, read)}
        />
        <datalist id="${id}-list">${suggestions.map((each) => html`<option value=${each}></option>`)}</datalist>`,
  )
}

export function hiddenLinesControl(form: Form, asked: Asked): TemplateResult {
  return labelled(
    form,
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
        .value=${shown(asked.value)}
        @input=${taking(form, asked, (text) => text)}
      ></textarea>`,
  )
}

/** What is emptied is as if it had never been filled in. */
const taking =
  (form: Form, { path, schema }: Asked, read: (text: string) => unknown) =>
  (event: Event): void => {
    const { value: text } = event.target as HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement
    form.put(path, text === '' ? without(schema) : read(text))
  }

/** A line each, because what is in them may have spaces. */
export function wordsControl(form: Form, asked: Asked): TemplateResult {
  const { path, schema, value } = asked
  const change = (event: InputEvent): void => {
    const words = (event.target as HTMLTextAreaElement).value.split('\n').filter((line) => line !== '')
    form.put(path, words.length === 0 ? without(schema) : words)
  }
  const text = Array.isArray(value) ? value.join('\n') : ''
  return labelled(
    form,
    { ...asked, label: `${asked.label}, one a line` },
    (id, described) => html`<textarea id=${id} rows="2" aria-describedby=${described} .value=${text} @change=${change}></textarea>`,
  )
}

export function jsonControl(form: Form, asked: Asked): TemplateResult {
  const { path, value, schema } = asked
  const change = (event: Event): void => {
    const area = event.target as HTMLTextAreaElement
    const read = parsed(area.value)
    area.setCustomValidity(read ? '' : 'is not JSON')
    area.reportValidity()
    if (read) form.put(path, read.value ?? without(schema))
  }
  const text = value === undefined ? '' : JSON.stringify(value, null, 2)
  return labelled(
    form,
    { ...asked, label: `${asked.label} as JSON` },
    (id, described) => html`<textarea id=${id} rows="4" aria-describedby=${described} .value=${text} @change=${change}></textarea>`,
  )
}

function labelled(
  form: Form,
  { path, schema, label, isRequired }: Asked,
  control: (id: string, described: string, isWrong: 'true' | 'false') => TemplateResult,
): TemplateResult {
  const id = `field${pointerOf(path).replaceAll('/', '-')}`
  const isWrong = errorsAt(form.errors, path).length > 0 ? 'true' : 'false'
  return html`<div class="field">
    <label for=${id}>${label}${isRequired ? html` <span class="muted">(required)</span>` : ''}</label>
    ${control(id, `${id}-help ${id}-error`, isWrong)}
    <div id="${id}-help">${helpText(schema)}</div>
    <div id="${id}-error">${errorsOf(form.errors, path)}</div>
  </div>`
}

export function errorsOf(errors: readonly FieldError[], path: Path): readonly TemplateResult[] {
  return errorsAt(errors, path).map(({ message }) => html`<p class="error">${plainly(message)}</p>`)
}

export function helpText(schema: Schema) {
  const help = helpOf(schema)
  return help === '' ? '' : html`<p class="help muted">${help}</p>`
}
