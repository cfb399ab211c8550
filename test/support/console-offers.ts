/**
 * Where the console offers each operation of the API, so that the two agree: a test asks the server for its operations and goes to each
 * place. An operation that is added needs a line here, and what it names on that page; or the reason why people have no use for it.
 */

export interface Offer {
  /** An address; what begins with a colon stands for an object. */
  readonly at: string
  /** What offers it: a button or link by its name, or a text that is only there because of it. */
  readonly as: { readonly button: string } | { readonly link: string } | { readonly text: string }
  /** Before anybody is signed in. */
  readonly isForAnybody?: boolean
}

const button = (at: string, name: string): Offer => ({ at, as: { button: name } })
const link = (at: string, name: string): Offer => ({ at, as: { link: name } })
const text = (at: string, shown: string): Offer => ({ at, as: { text: shown } })

export const OFFERS: Readonly<Record<string, Offer>> = {
  'auth.setup': { at: '/#setup=:setup', as: { button: 'Make the administrator' }, isForAnybody: true },
  'auth.login': { at: '/', as: { button: 'Sign in' }, isForAnybody: true },
  'auth.register': { at: '/', as: { button: 'I have no account' }, isForAnybody: true },
  'auth.logout': button('/account', 'Sign out'),
  'auth.me': text('/account', 'Permissions'),
  'auth.changePassword': button('/account', 'Change the password'),
  'sessions.list': text('/account', 'Where you are signed in'),
  'sessions.delete': button('/account', 'End'),
  'sessions.deleteOthers': button('/people', 'End sessions'),
  'users.list': text('/people', 'May create in'),
  'users.get': text('/people', ':email'),
  'users.create': button('/people', 'Create an account'),
  'users.update': button('/people', 'Disable'),
  'tokens.list': text('/people?view=tokens', 'What for'),
  'tokens.create': button('/join', 'Make a join token'),
  'tokens.delete': button('/people?view=tokens', 'End'),
  'audit.list': text('/audit', 'Correlation id'),

  'cluster.get': text('/settings', 'Scheduling policy'),
  'cluster.update': button('/settings', 'Save'),
  'cluster.whatif': button('/whatif', 'Try it'),
  'priorityClasses.list': text('/settings', 'May evict others'),
  'priorityClasses.create': button('/settings', 'Create a priority class'),
  'priorityClasses.delete': button('/settings', 'Delete'),
  'plugins.list': text('/plugins', 'Built in'),
  'plugins.disable': button('/plugins', 'Disable'),
  'plugins.enable': button('/plugins', 'Enable'),
  'events.list': link('/events', ':eventful'),
  'events.follow': link('/events', ':eventful'),
  'history.list': link('/history?pod=:pod&until=:now', ':pod'),
  'history.follow': text('/history', 'and what comes'),

  'namespaces.list': link('/namespaces', ':namespace'),
  'namespaces.get': text('/namespaces/:namespace', 'no quota'),
  'namespaces.create': button('/namespaces', 'Create a namespace'),
  'namespaces.update': button('/namespaces/:namespace', 'Edit'),
  'namespaces.delete': button('/namespaces/:namespace', 'Delete'),
  'secrets.list': text('/secrets', 'Pods that name it'),
  'secrets.get': text('/secrets', ':secret'),
  'secrets.put': button('/secrets', 'Set a secret'),
  'secrets.delete': button('/secrets', 'Delete'),
  'secrets.rotate': button('/secrets', 'Make a new key'),

  'packs.list': link('/packs', ':pack'),
  'packs.get': text('/packs/:pack?view=yaml', 'visibility: public'),
  'packs.versions': text('/packs/:pack', '1.1.0'),
  'packs.create': text('/push', 'Drop the bundle of a pack here'),
  'packs.update': button('/packs/:pack', 'Edit'),
  'packs.delete': button('/packs/:reserved', 'Delete'),
  'packs.upload': text('/packs/:reserved', 'Send its bundle'),
  'packs.uploadMap': text('/packs/:reserved', 'Send its source map'),
  'packs.download': button('/packs/:pack', 'Download'),

  'nodes.list': link('/nodes', ':node'),
  'nodes.get': text('/nodes/:node', 'Heard from'),
  'nodes.update': button('/nodes/:node', 'Edit'),
  'nodes.delete': button('/nodes/:node', 'Delete'),
  'nodes.cordon': button('/nodes/:node', 'Cordon'),
  'nodes.uncordon': button('/nodes/:cordoned', 'Uncordon'),
  'nodes.drain': button('/nodes/:node', 'Drain'),

  'pods.list': link('/pods', ':pod'),
  'pods.get': text('/pods/default/:pod', 'Requests'),
  'pods.status': text('/pods/default/:pod', 'Restarts'),
  'pods.create': button('/deploy', 'Create the pod'),
  'pods.delete': button('/pods/default/:pod', 'Delete'),
  'pods.stop': button('/pods/default/:pod', 'Stop'),
  'pods.restart': button('/pods/default/:pod', 'Restart'),
  'pods.rollback': button('/pods/default/:pod', 'Roll back'),
  'pods.explain': button('/pods/default/:pod?view=why', 'Ask again'),
  'pods.history': text('/pods/default/:pod?view=history', 'Created'),
  'pods.logs': button('/pods/default/:pod?view=logs', 'Download'),

  'deployments.list': link('/deployments', ':deployment'),
  'deployments.get': text('/deployments/default/:deployment', 'Strategy'),
  'deployments.create': text('/deploy', 'A deployment: kept running'),
  'deployments.update': button('/deployments/default/:deployment', 'Edit'),
  'deployments.delete': button('/deployments/default/:deployment', 'Delete'),
  'deployments.revisions': text('/deployments/default/:deployment?view=revisions', 'How it went'),
  'deployments.scale': button('/deployments/default/:deployment', 'Scale'),
  'deployments.rollback': button('/deployments/default/:deployment', 'Roll back'),
  'deployments.pause': button('/deployments/default/:deployment', 'Pause'),
  'deployments.resume': button('/deployments/default/:paused', 'Resume'),
  'deployments.promote': button('/deployments/default/:canary', 'Promote'),
}

const AGENTS = 'is what agents say, of themselves and of their pods'
const PROBES = 'is for probes and for what draws metrics: the console says by itself whether the server answers, and has charts'

/** Why the console does not offer these. */
export const NOT_OFFERED: Readonly<Record<string, string>> = {
  'auth.refresh': 'is asked by the session itself, before its token ends',
  'nodes.register': AGENTS,
  'nodes.heartbeat': AGENTS,
  'nodes.goodbye': AGENTS,
  'nodes.suspend': AGENTS,
  'nodes.pause': AGENTS,
  'nodes.resume': AGENTS,
  'pods.report': AGENTS,
  'pods.appendLogs': AGENTS,
  'pods.secrets': AGENTS,
  'messages.send': AGENTS,
  'messages.request': AGENTS,
  'messages.answer': AGENTS,
  'system.health': PROBES,
  'system.ready': PROBES,
  'metrics.get': PROBES,
}
