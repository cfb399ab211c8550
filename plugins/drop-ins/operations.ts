/** The operations of plugins: the list, and the switch that those from outside have. */
import { KernelError, Listing, PluginName, strict, type Origin, type PluginKernel } from '../../kernel/index.ts'
import type { Residents } from './residents.ts'
import { PluginRow } from './rows.ts'
import { setDisabled } from './settings.ts'

export interface Listed {
  readonly residents: Residents
  readonly list: () => PluginRow[]
}

export function defineOperations(kernel: PluginKernel, { residents, list }: Listed): void {
  kernel.operations.define({
    name: 'plugins.list',
    summary: 'The plugins: where each is from, how it stands, and what it was asked',
    http: 'GET /api/plugins',
    permission: 'system:read',
    input: strict({}),
    output: Listing(PluginRow),
    handle: () => ({ items: list(), nextCursor: null }),
  })
  const turn = async (name: string, origin: Origin, isDisabled: boolean): Promise<PluginRow> => {
    mustBeFromOutside(find(list(), name))
    await setDisabled(kernel, origin, { name, isDisabled })
    await residents.review()
    if (!isDisabled) await residents.release(name)
    return find(list(), name)
  }
  const shared = { permission: 'plugins:write', input: strict({ name: PluginName }), output: PluginRow }
  kernel.operations.define({
    ...shared,
    name: 'plugins.enable',
    summary: 'Enables a plugin from outside that was disabled, or gives one that was quarantined another chance',
    http: 'POST /api/plugins/:name/enable',
    errors: ['NOT_FOUND', 'RESERVED'],
    handle: ({ name }, { origin }) => turn(name, origin, false),
  })
  kernel.operations.define({
    ...shared,
    name: 'plugins.disable',
    summary: 'Disables a plugin from outside, over restarts too, until it is enabled or its file is taken away',
    http: 'POST /api/plugins/:name/disable',
    errors: ['NOT_FOUND', 'RESERVED'],
    handle: ({ name }, { origin }) => turn(name, origin, true),
  })
}

function find(rows: readonly PluginRow[], name: string): PluginRow {
  const row = rows.find((each) => each.name === name)
  if (!row) throw new KernelError('NOT_FOUND', `there is no plugin "${name}"`)
  return row
}

function mustBeFromOutside({ name, source }: PluginRow): void {
  if (source === 'built-in') throw new KernelError('RESERVED', `${name} is built in: only plugins from outside can be enabled and disabled`)
}
