/** The API for people to read: one page without scripts, made from the same registry as everything else. */
import type { Operation } from '../../kernel/index.ts'

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}
code{font:14px ui-monospace,monospace}h2{margin-top:2rem}dt{margin-top:1rem}dd{margin:0 0 0 1rem}summary{cursor:pointer}pre{overflow:auto}`

export function docsPage(operations: readonly Operation[]): string {
  const nouns = [...new Set(operations.map(({ name }) => name.split('.')[0] ?? name))].sort()
  const sections = nouns.map((noun) =>
    section(
      noun,
      operations.filter(({ name }) => name.startsWith(`${noun}.`)),
    ),
  )
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Stark API</title>
<style>${STYLE}</style><h1>Stark API</h1><p>For machines: <a href="/openapi.json">/openapi.json</a> and <a href="/asyncapi.json">/asyncapi.json</a>.
Send <code>Authorization: Bearer TOKEN</code>. Errors are problem documents with a <code>code</code>.</p>${sections.join('')}</html>`
}

const section = (noun: string, operations: readonly Operation[]): string =>
  `<h2>${escape(noun)}</h2><dl>${operations.map(entry).join('')}</dl>`

function entry({ http, summary, permission, input, errors = [] }: Operation): string {
  const needs = permission === null ? 'no credential' : `permission <code>${escape(permission)}</code>`
  const codes = errors.length === 0 ? '' : ` Errors: ${errors.map((code) => `<code>${code}</code>`).join(', ')}.`
  const schema = escape(JSON.stringify(input, null, 2))
  return `<dt><code>${escape(http)}</code></dt><dd>${escape(summary)}. Needs ${needs}.${codes}<details><summary>Input</summary><pre><code>${schema}</code></pre></details></dd>`
}

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
