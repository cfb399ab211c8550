/** What can be done to a version of a pack. */
import type { Pack } from '../../../kernel/schema/pack.ts'
import { shellWord } from '../format.ts'
import { restoring, type Action, type Step } from '../parts/action.ts'

/** @param pods how many run it: one that runs cannot be deleted */
export function packActions(pack: Pack, pods: number): readonly Action[] {
  const { id, name, version } = pack
  const ref = `${name}@${version}`
  const remove: Action = {
    label: 'Delete',
    operation: 'packs.delete',
    input: { id },
    consequence: `Deletes ${ref} and its bundle. Nobody can run this version again, and its number stays free for another.`,
    command: `npx stark pack delete ${shellWord(ref)}`,
    done: `${ref} is deleted`,
    isDangerous: true,
  }
  return [edit(pack), turn(pack), ...(pods === 0 ? [remove] : [])]
}

function edit({ id, name, version, description, labels, annotations }: Pack): Action {
  const ref = `${name}@${version}`
  const before = { description, labels, annotations }
  const changing: Step = { operation: 'packs.update', input: { id }, expects: { kind: 'packs', id } }
  return {
    ...changing,
    label: 'Edit',
    consequence: `Changes what is said of ${ref}. Its bundle never changes.`,
    command: (filled) => `npx stark pack update ${shellWord(ref)} --input ${shellWord(JSON.stringify(filled))}`,
    done: `${ref} is changed`,
    form: { fields: ['description', 'labels', 'annotations'], value: before, isPatch: true },
    undo: (filled) => ({ steps: [restoring(changing, before, filled)], done: `${ref} is as it was` }),
  }
}

function turn({ id, name, version, visibility }: Pack): Action {
  const ref = `${name}@${version}`
  const wanted = visibility === 'public' ? 'private' : 'public'
  const making = (to: Pack['visibility']): Step => ({
    operation: 'packs.update',
    input: { id, visibility: to },
    expects: { kind: 'packs', id, change: { visibility: to } },
  })
  return {
    ...making(wanted),
    label: `Make ${wanted}`,
    consequence:
      wanted === 'public'
        ? `Everybody may see and run ${ref}.`
        : `Only its owner and administrators may see and run ${ref}. What runs goes on.`,
    command: `npx stark pack update ${shellWord(ref)} --visibility ${wanted}`,
    done: `${ref} is ${wanted}`,
    undo: { steps: [making(visibility)], done: `${ref} is ${visibility} again` },
  }
}
