/** Requests of those who may not: without a credential, with a wrong one, or with one that is for something else. */
import { ADMIN, SETUP_TOKEN } from '../../support/server.ts'
import { get, patch, pod, post, type Row } from './bad-request.ts'
import { nowhere } from './world.ts'

const ofNode = { runtimeType: 'node', capabilities: {}, allocatable: { cpu: 1, memory: 1, storage: 1, pods: 1 } }
const nodeFacts = (fields: object) => ({ id: nowhere, name: 'fresh', isNew: true, ...ofNode, ...fields })
const account = (fields: object) => ({ token: SETUP_TOKEN, ...ADMIN, ...fields })

export const credentials: Row[] = [
  ['no credential', () => get('/api/pods', null), 401, 'UNAUTHENTICATED', 'no credential'],
  [
    'a password in place of a token',
    () => ({ ...get('/api/pods', null), headers: { authorization: 'Basic YTpi' } }),
    401,
    'UNAUTHENTICATED',
    'no credential',
  ],
  ['a token that is none', () => get('/api/pods', 'abc'), 401, 'UNAUTHENTICATED', 'not valid'],
  ['a token that nobody signed', () => get('/api/pods', unsigned), 401, 'UNAUTHENTICATED', 'not valid'],
  ['a token that somebody changed', ({ session }) => get('/api/pods', `${session.accessToken}x`), 401, 'UNAUTHENTICATED', 'not valid'],
  ['a token of ours that is cut short', ({ tokens }) => get('/api/pods', tokens.viewer.slice(0, -1)), 401, 'UNAUTHENTICATED', 'not known'],
  [
    'a token of ours that was never made',
    () => get('/api/pods', `stark_api_${nowhere}_${'A'.repeat(43)}`),
    401,
    'UNAUTHENTICATED',
    'not known',
  ],
  [
    'a token of ours that calls itself another kind',
    ({ tokens }) => get('/api/pods', tokens.join.replace('_join_', '_api_')),
    401,
    'UNAUTHENTICATED',
    'not known',
  ],
  [
    'a refresh token in place of an access token',
    ({ session }) => get('/api/pods', session.refreshToken),
    401,
    'UNAUTHENTICATED',
    'not known',
  ],
  ['a token that has expired', ({ tokens }) => get('/api/pods', tokens.expired), 401, 'TOKEN_EXPIRED', '2020-01-01'],
  ['a join token that reads', ({ tokens }) => get('/api/pods', tokens.join), 403, 'FORBIDDEN', 'pods:read'],
  [
    'a join token that makes tokens',
    ({ tokens }) => post('/api/tokens', { kind: 'api' }, { token: tokens.join }),
    403,
    'FORBIDDEN',
    'tokens:write',
  ],
  ['a viewer that writes', ({ tokens }) => ({ ...pod({}), token: tokens.viewer }), 403, 'FORBIDDEN', 'pods:write'],
  [
    'a node that administers',
    ({ node }) => post('/api/tokens', { kind: 'join' }, { token: node.credential }),
    403,
    'FORBIDDEN',
    'tokens:write',
  ],
  [
    'a node that changes itself',
    ({ node }) => patch(`/api/nodes/${node.id}`, { trusted: true }, { token: node.credential }),
    403,
    'FORBIDDEN',
    'nodes:write',
  ],
  [
    'a node that speaks for another',
    ({ node, browser }) => post(`/api/nodes/${browser.id}/heartbeat`, {}, { token: node.credential }),
    403,
    'FORBIDDEN',
    'for itself',
  ],
  [
    'a node that joins as another',
    ({ node, browser }) => post('/api/nodes', nodeFacts({ id: browser.id }), { token: node.credential }),
    403,
    'FORBIDDEN',
    'another node',
  ],
  [
    'a node that reads the log of another',
    ({ pod, browser }) => get(`/api/pods/${pod.id}/logs`, browser.credential),
    404,
    'NOT_FOUND',
    'on this node',
  ],
  ['a person that joins as a node', () => post('/api/nodes', nodeFacts({})), 403, 'FORBIDDEN', 'join token'],
  [
    'a node of a name that is taken',
    ({ tokens }) => post('/api/nodes', nodeFacts({ name: 'taken' }), { token: tokens.join }),
    409,
    'ALREADY_EXISTS',
    'taken',
  ],
  [
    'a node of an id that is taken',
    ({ tokens, node }) => post('/api/nodes', nodeFacts({ id: node.id }), { token: tokens.join }),
    409,
    'ALREADY_EXISTS',
    'joined already',
  ],
  ['a second set-up', () => post('/api/auth/setup', account({}), { token: null }), 409, 'ALREADY_SET_UP', 'log in'],
  ['an open registration', () => post('/api/auth/register', ADMIN, { token: null }), 403, 'REGISTRATION_CLOSED', 'closed'],
  [
    'a wrong password',
    () => post('/api/auth/login', { ...ADMIN, password: 'wrong password' }, { token: null }),
    401,
    'INVALID_CREDENTIALS',
    'Invalid login',
  ],
  [
    'a person whom nobody knows',
    () => post('/api/auth/login', { ...ADMIN, email: 'nobody@stark.example' }, { token: null }),
    401,
    'INVALID_CREDENTIALS',
    'Invalid login',
  ],
  [
    'an e-mail address that is none',
    () => post('/api/auth/login', { ...ADMIN, email: 'nobody' }, { token: null }),
    422,
    'INVALID',
    '/email',
  ],
  [
    'a password with the zero character',
    () => post('/api/auth/login', { ...ADMIN, password: 'a\0b' }, { token: null }),
    422,
    'INVALID',
    '/password',
  ],
  [
    'a refresh token that is none',
    () => post('/api/auth/refresh', { refreshToken: 'abc' }, { token: null }),
    401,
    'UNAUTHENTICATED',
    'log in',
  ],
]
/** What a careless verifier takes: the algorithm "none". */
const unsigned = `${encode({ alg: 'none', typ: 'JWT' })}.${encode({ sub: nowhere, session_id: nowhere, aud: 'authenticated', exp: 4_000_000_000 })}.`
function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}
