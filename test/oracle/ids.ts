/** Ids by number, for things that are created again under the id that they had. */
import { idMaker } from '../support/ids.ts'

/** The nth id of a space, the same in every run. */
export function idOf(space: number, index: number): string {
  const next = idMaker(space)
  let id = next()
  for (let count = 0; count < index; count += 1) id = next()
  return id
}
