/**
 * What the role of whoever is signed in does not allow, so that nobody fills in a form in vain. Whose an object is, the server knows
 * better: it has the last word.
 */
import { Answer } from '../answer.ts'
import type { Cluster } from '../cluster.ts'
import { permissionsNeeded } from '../forms/documents.ts'

interface Allowed {
  readonly needed: ReadonlyMap<string, string | null>
  readonly own: readonly string[]
}

/** For as long as the same person is connected. */
const answers = new WeakMap<Cluster, Answer<Allowed>>()

/** Followed by the effect that reads it. @returns why whoever is signed in may not do this, in words; undefined too while that is not known */
export function whyNot(cluster: Cluster, operations: readonly string[]): string | undefined {
  const missing = new Set(operations.flatMap((operation) => missingPermission(cluster, operation) ?? []))
  if (missing.size === 0) return undefined
  return `You may not do this: it needs the permission ${[...missing].join(' and ')}.`
}

function missingPermission(cluster: Cluster, operation: string): string | undefined {
  const answer = answers.get(cluster) ?? new Answer(() => load(cluster))
  answers.set(cluster, answer)
  if (answer.state.is !== 'there') return undefined
  const { needed, own } = answer.state.value
  const permission = needed.get(operation) ?? null
  return permission === null || own.includes('*') || own.includes(permission) ? undefined : permission
}

async function load(cluster: Cluster): Promise<Allowed> {
  const [{ permissions }, needed] = await Promise.all([
    cluster.ask<{ readonly permissions: readonly string[] }>('auth.me', {}),
    permissionsNeeded(),
  ])
  return { needed, own: permissions }
}
