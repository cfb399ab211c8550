/** What explaining and what-if do alike on a fork: name pods, ask for one again, and let the scheduler and the agents finish. */
import { clusterConfig, NOTHING_HAPPENED, type Fork, type New, type Origin, type Pod, type State } from '../../kernel/index.ts'

/** Pods that make way can make others make way; each round has lower priorities, and nobody has so many classes. */
const ROUNDS_MAX = 100

export const ORIGIN: Origin = { actorId: 'explain' }

/** A pod's name, with its namespace before it where that is not the default one. */
export const nameOf = ({ namespace, name }: Pick<Pod, 'namespace' | 'name'>, state: State): string =>
  namespace === clusterConfig(state).defaultNamespace ? name : `${namespace}/${name}`

/** The pod as it was asked for, without what became of it. Its class decides its priority again, where there are classes. */
export function askedAgain(pod: Pod, state: State): New<Pod> {
  const { createdAt: _created, updatedAt: _updated, resourceVersion: _version, priority, preemptionPolicy, ...fields } = pod
  return {
    ...fields,
    ...((state.has('priorityClasses') ? {} : { priority, preemptionPolicy }) as Pick<Pod, 'priority' | 'preemptionPolicy'>),
    ...NOTHING_HAPPENED,
  }
}

/** Takes the pod out, with the place that it holds. */
export function takeOut({ state, commit }: Fork, pod: Pod): void {
  if (state.get('pods', pod.id)) commit(ORIGIN, (transaction) => transaction.delete('pods', pod.id))
}

/** Everything that happens without anybody's doing: pods are placed, those that were asked to stop end, and others take their places. */
export function settle({ state, commit, settle: place }: Fork): void {
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    place()
    const leaving = stoppingIn(state)
    if (leaving.length === 0) return
    commit(ORIGIN, (transaction) => {
      for (const { id } of leaving) transaction.update('pods', id, { status: 'evicted' })
    })
  }
  throw new Error(`pods of a fork were still making way for each other after ${ROUNDS_MAX} rounds`)
}

export const stoppingIn = (state: State): Pod[] => [...state.all('pods')].filter(({ status }) => status === 'stopping')
