/** Every operation that the server's plugins define, read from the plugins themselves: what the documents are held against. */
import path from 'node:path'
import { dist } from '../../../console/cli/build.mjs'
import { Kernel, silent, type Operation } from '../../../kernel/index.ts'
import { preset } from '../../../plugins/preset.ts'
import type { Store } from '../../../plugins/supabase/store.ts'
import { idMaker } from '../../support/ids.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'

export function registry(): readonly Operation[] {
  // It is never started, so nothing of the store is touched.
  const store = { bundles: {}, logs: {}, identities: {} } as unknown as Store
  const dropIns = { root: '', config: undefined, folder: undefined, own: '', stopwatch: () => 0 }
  const setup = { directory: '', linkTo: () => '', announce: () => undefined }
  const kernel = new Kernel({
    plugins: preset({
      store,
      setup,
      doors: { callsPerSecond: 0, trustedHops: 0, allowedOrigins: [] },
      console: path.join(dist, 'web'),
      dropIns,
      secrets: { directory: '', texts: [] },
    }),
    clock: new VirtualClock(),
    newId: idMaker(),
    log: silent,
  })
  return kernel.operations.all()
}
