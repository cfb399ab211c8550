/** What the element's attributes mean. A value that means nothing is told to the page's author and left out. */
import type { NodeConfig } from './messages.ts'

export const ATTRIBUTES = ['server', 'token', 'name', 'cpu', 'memory', 'max-pods', 'labels'] as const

export function configOf(element: Element): { readonly config: NodeConfig; readonly complaints: readonly string[] } {
  const complaints: string[] = []
  const textOf = (name: string): string | undefined => {
    const text = element.getAttribute(name)?.trim()
    return text === '' ? undefined : text
  }
  const countOf = (name: string): number | undefined => {
    const text = textOf(name)
    if (text === undefined || /^\d{1,9}$/.test(text)) return text === undefined ? undefined : Number(text)
    complaints.push(`${name}="${text}" is no whole number`)
    return undefined
  }
  const config: NodeConfig = {
    token: textOf('token'),
    name: textOf('name'),
    cpu: countOf('cpu'),
    memory: countOf('memory'),
    maxPods: countOf('max-pods'),
    labels: labelsOf(textOf('labels') ?? '', complaints),
  }
  return { config, complaints }
}

/** `zone=a, tier=web` */
function labelsOf(text: string, complaints: string[]): Record<string, string> {
  const pairs = text.split(',').flatMap((pair): [string, string][] => {
    if (pair.trim() === '') return []
    const [, key, value] = /^\s*([^=\s]+)\s*=\s*([^=\s]*)\s*$/.exec(pair) ?? []
    if (key !== undefined && value !== undefined) return [[key, value]]
    complaints.push(`labels has "${pair.trim()}", which is not key=value`)
    return []
  })
  return Object.fromEntries(pairs)
}
