/** One action for many objects: what is offered for those that are chosen, and how it went for each. */
import { undoOf, type Action, type Undo } from '../parts/action.ts'

/** At the same time; the server answers one after the other anyway. */
const AT_ONCE = 8

export interface Part {
  readonly name: string
  readonly action: Action
}
export interface Bulk {
  readonly label: string
  readonly parts: readonly Part[]
  /** Chosen, but this cannot be done to them: they have ended, or it is so already. */
  readonly others: number
  readonly isDangerous: boolean
}
export interface Failure {
  readonly name: string
  readonly detail: string
}

/** @param chosen what can be done to each. @param labels which of it is offered for many, in this order */
export function bulksOf(
  chosen: readonly { readonly name: string; readonly actions: readonly Action[] }[],
  labels: readonly string[],
): readonly Bulk[] {
  return labels.flatMap((label) => {
    const parts = chosen.flatMap(({ name, actions }) => actions.filter((each) => each.label === label).map((action) => ({ name, action })))
    if (parts.length === 0) return []
    return [{ label, parts, others: chosen.length - parts.length, isDangerous: parts.some(({ action }) => action.isDangerous) }]
  })
}

export const operationsOf = ({ parts }: Bulk): readonly string[] => parts.map(({ action }) => action.operation)

/** Of those that could be done. @returns undefined where one of them cannot be taken back, so that nobody takes a part for the whole */
export function undoOfAll(parts: readonly Part[], done: string): Undo | undefined {
  const undos = parts.map(({ action }) => undoOf(action))
  if (undos.length === 0 || undos.some((undo) => undo === undefined)) return undefined
  return { steps: undos.flatMap((undo) => undo?.steps ?? []), done }
}

/** All are tried, whatever becomes of the others. @param onProgress how many are through */
export async function carryOut(
  parts: readonly Part[],
  { ask, onProgress }: { readonly ask: (action: Action) => Promise<string | undefined>; readonly onProgress: (count: number) => void },
): Promise<readonly Failure[]> {
  const failures: Failure[] = []
  const left = [...parts]
  let count = 0
  const worker = async (): Promise<void> => {
    for (let part = left.shift(); part; part = left.shift()) {
      const detail = await ask(part.action)
      if (detail !== undefined) failures.push({ name: part.name, detail })
      onProgress(++count)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return failures
}
