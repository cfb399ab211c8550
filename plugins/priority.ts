/**
 * Priority classes: which pod goes first, and which may take another's place.
 * Adds the kind priorityClasses and its operations; taps admit: a pod without a class gets the global default, and what it says of
 * itself must agree with its class. The queue's order is the integer that is written here.
 * Source: https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/
 */
import { Type } from 'typebox'
import {
  KernelError,
  Listing,
  lookUp,
  page,
  Page,
  PriorityClass,
  Ref,
  strict,
  type Admission,
  type Plugin,
  type PluginKernel,
  type Pod,
  type Reader,
} from '../kernel/index.ts'

const SYSTEM = 'system-'
const BUILT_IN = ['system-node-critical', 'system-cluster-critical', 'high-priority', 'default', 'low-priority', 'best-effort']

export const priority = (): Plugin => ({
  name: 'priority',
  apply(kernel) {
    kernel.kinds.define<PriorityClass>('priorityClasses', {
      schema: PriorityClass,
      unique: { name: ({ name }) => name },
      watch: { permission: 'cluster:read', view: (priorityClass) => priorityClass },
    })
    kernel.hooks.admit.tap('priority', (record, admission) => {
      if (admission.kind === 'pods' && !admission.before) return admitPod(record as Pod, admission)
      if (admission.kind === 'priorityClasses') refuseSecondDefault(record as PriorityClass, admission.state)
      return undefined
    })
    defineOperations(kernel)
  },
})

/** A pod as it arrives: what its class decides may still be missing. */
type Arriving = Omit<Pod, 'priority' | 'preemptionPolicy'> & Partial<Pick<Pod, 'priority' | 'preemptionPolicy'>>

const NO_CLASS = { name: null, value: 0, preemptionPolicy: 'PreemptLowerPriority' } as const

function admitPod(pod: Arriving, { state, origin }: Admission): Pod {
  const { name, value, preemptionPolicy } = chooseClass(pod, state) ?? NO_CLASS
  if (pod.priority !== undefined && pod.priority !== value) {
    throw new KernelError('PRIORITY_MISMATCH', `the priority ${pod.priority} is not the ${value} of its class: leave it out`)
  }
  if (pod.preemptionPolicy !== undefined && pod.preemptionPolicy !== preemptionPolicy) {
    const message = `the preemption policy ${pod.preemptionPolicy} is not the ${preemptionPolicy} of its class: leave it out`
    throw new KernelError('PREEMPTION_POLICY_MISMATCH', message, { errors: [{ path: '/preemptionPolicy', message }] })
  }
  if (name?.startsWith(SYSTEM) && origin.roles && !origin.roles.includes('admin')) {
    throw new KernelError('FORBIDDEN', `only administrators may use the class ${name}`)
  }
  return { ...pod, priorityClassName: name, priority: value, preemptionPolicy }
}

function chooseClass({ priorityClassName }: Arriving, state: Reader): PriorityClass | undefined {
  if (priorityClassName !== null && priorityClassName !== '') {
    const named = state.find('priorityClasses', 'name', priorityClassName)
    if (named) return named
    const message = `there is no priority class "${priorityClassName}"`
    throw new KernelError('UNKNOWN_PRIORITY_CLASS', message, { errors: [{ path: '/priorityClassName', message }] })
  }
  const defaults = [...state.all('priorityClasses')].filter(({ globalDefault }) => globalDefault)
  return defaults.toSorted((a, b) => a.value - b.value)[0]
}

function refuseSecondDefault({ name, globalDefault }: PriorityClass, state: Reader): void {
  if (!globalDefault) return
  const other = [...state.all('priorityClasses')].find((each) => each.globalDefault && each.name !== name)
  if (other) throw new KernelError('GLOBAL_DEFAULT_EXISTS', `${name} cannot be the global default: ${other.name} is`)
}

function defineOperations({ operations, durable, state, commit }: PluginKernel): void {
  operations.define({
    name: 'priorityClasses.list',
    summary: 'Priority classes',
    http: 'GET /api/priority-classes',
    permission: 'cluster:read',
    input: strict(Page),
    output: Listing(PriorityClass),
    handle: (input) => page(durable.all('priorityClasses'), input),
  })
  operations.define({
    name: 'priorityClasses.create',
    summary: 'Makes a priority class',
    http: 'POST /api/priority-classes',
    permission: 'cluster:write',
    status: 201,
    isIdempotent: true,
    input: strict({
      name: PriorityClass.properties.name,
      value: Type.Integer({ minimum: -1_000_000_000, maximum: 1_000_000_000, description: 'above it are the system classes' }),
      globalDefault: Type.Optional(Type.Boolean()),
      preemptionPolicy: Type.Optional(PriorityClass.properties.preemptionPolicy),
      description: Type.Optional(PriorityClass.properties.description),
    }),
    output: PriorityClass,
    errors: ['ALREADY_EXISTS', 'GLOBAL_DEFAULT_EXISTS', 'RESERVED'],
    handle(input, { origin }) {
      if (input.name.startsWith(SYSTEM)) throw new KernelError('RESERVED', `names that begin with ${SYSTEM} are the system's`)
      const defaults = { globalDefault: false, preemptionPolicy: 'PreemptLowerPriority' as const, description: '' }
      return commit(origin, (transaction) => transaction.add('priorityClasses', { ...defaults, ...input }))
    },
  })
  operations.define({
    name: 'priorityClasses.delete',
    summary: 'Deletes a priority class; pods that have it keep their priority',
    http: 'DELETE /api/priority-classes/:name',
    permission: 'cluster:write',
    status: 204,
    input: strict({ name: Ref }),
    output: Type.Null(),
    errors: ['NOT_FOUND', 'RESERVED'],
    async handle({ name }, { origin }) {
      const found = lookUp(state, 'priorityClasses', { ref: name, rule: 'name' })
      if (BUILT_IN.includes(found.name)) throw new KernelError('RESERVED', `priority class ${found.name} is built in and stays`)
      await commit(origin, (transaction) => transaction.delete('priorityClasses', found.id))
      return null
    },
  })
}
