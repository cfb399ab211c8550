/** What an administrator has said of plugins from outside, in the cluster's configuration: durable, and followed by all who lead. */
import { clusterConfig, type Origin, type PluginKernel } from '../../kernel/index.ts'

type Kernel = Pick<PluginKernel, 'state' | 'commit'>

export const disabledIn = ({ state }: Pick<PluginKernel, 'state'>): readonly string[] => clusterConfig(state).disabledPlugins ?? []

export async function setDisabled({ state, commit }: Kernel, origin: Origin, change: { name: string; isDisabled: boolean }): Promise<void> {
  const { name, isDisabled } = change
  const before = disabledIn({ state })
  if (before.includes(name) === isDisabled) return
  const disabledPlugins = isDisabled ? [...before, name] : before.filter((each) => each !== name)
  await commit(origin, (transaction) => {
    for (const { id } of state.all('clusterConfigs')) transaction.amend('clusterConfigs', id, { disabledPlugins })
  })
}

/** The plugin's file was taken away: nothing is said of it any more. */
export async function forget({ state, commit }: Kernel, plugin: string): Promise<void> {
  const { disabledPlugins = [], scoreWeights = {} } = clusterConfig(state)
  if (!disabledPlugins.includes(plugin) && !Object.hasOwn(scoreWeights, plugin)) return
  const { [plugin]: _weight, ...weights } = scoreWeights
  await commit({ actorId: 'drop-ins' }, (transaction) => {
    for (const { id } of state.all('clusterConfigs')) {
      transaction.amend('clusterConfigs', id, { disabledPlugins: disabledPlugins.filter((each) => each !== plugin), scoreWeights: weights })
    }
  })
}
