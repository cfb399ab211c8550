/**
 * A process that writes to an embedded store until it is killed. It first prints what it finds there, then the names of what was
 * acknowledged: each unit is a pod and its history in one change set.
 */
import { writeSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { silent } from '../../../kernel/log.ts'
import type { Entity, Pod, PodHistory } from '../../../kernel/schema/index.ts'
import { openStore } from '../../../plugins/supabase/store.ts'
import { creating, load } from './change-sets.ts'
import { pod, podHistory } from './given-records.ts'

const [directory, worker, migrations, writers] = process.argv.slice(2) as [string, string, string, string]
// Written at once, so that a line that was acknowledged is never in a buffer that dies with us.
const print = (line: object) => writeSync(1, `${JSON.stringify(line)}\n`)

const store = await openStore({
  target: { kind: 'embedded', directory },
  holder: 'writer',
  log: silent,
  workerUrl: pathToFileURL(worker),
  migrations,
})
const { writer, records } = await load(store)
const all = <T extends Entity>(kind: string) => [...(records.get(kind)?.values() ?? [])] as T[]
print({
  revision: writer.revision,
  pods: all<Pod>('pods').map(({ id }) => id),
  histories: all<PodHistory>('podHistory').map(({ podId }) => podId),
})

for (let index = 0; index < Number(writers); index++) void writeForever()

async function writeForever(): Promise<never> {
  for (;;) {
    const created = pod()
    await writer.write(creating('pods', created), creating('podHistory', podHistory(created)))
    print({ acknowledged: created.id })
  }
}
