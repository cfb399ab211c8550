/** What the agent needs of a browser, and what is missing of it here, in words for people. */

const needs: Readonly<Record<string, () => boolean>> = {
  'a secure context (https, or localhost)': () => globalThis.isSecureContext,
  'Web Locks': () => 'locks' in navigator,
  'crypto.subtle': () => 'subtle' in crypto,
  'reasons of AbortSignal': () => 'reason' in AbortSignal.prototype && 'throwIfAborted' in AbortSignal.prototype,
  'Array.prototype.at': () => 'at' in Array.prototype,
}

/** @returns undefined when nothing is missing */
export function missingFeatures(): string | undefined {
  const missing = Object.entries(needs).flatMap(([name, isThere]) => (isThere() ? [] : [name]))
  // The others are only there in one.
  const [first] = missing
  if (first === undefined) return undefined
  return `this browser cannot be a node here: it lacks ${globalThis.isSecureContext ? missing.join(', ') : first}`
}
