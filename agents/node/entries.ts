/** Where the built files are that become processes and threads: beside the one that this code is a part of. */
import { fileURLToPath } from 'node:url'
import type { RuntimeEntries } from './process-runtime.ts'

export function builtEntries(): RuntimeEntries {
  const beside = (name: string) => fileURLToPath(new URL(`./${name}.mjs`, import.meta.url))
  return { bootstrap: beside('pod-bootstrap'), guard: beside('net-guard'), reaper: beside('reaper') }
}
