/**
 * Requests that must be refused, one a line: what is wrong, the request, and what is answered. `says` is the path of the field that
 * is wrong when it begins with "/", else a piece of the sentence.
 */
import type { Code } from '../../../kernel/errors.ts'
import type { Body } from '../../support/api.ts'
import { ADMIN, SETUP_TOKEN } from '../../support/server.ts'
import { nowhere, type World } from './world.ts'

export interface BadRequest {
  readonly method: string
  readonly path: string
  readonly body?: Body
  readonly headers?: Readonly<Record<string, string>>
  /** Another credential than the administrator's; null is none. */
  readonly token?: string | null
}
type Row = readonly [wrong: string, request: (world: World) => BadRequest, status: number, code: Code, says: string]

const asks =
  (method: string) =>
  (path: string, body?: Body, rest: Pick<BadRequest, 'headers' | 'token'> = {}): BadRequest => ({ method, path, body, ...rest })
const [post, put, patch, remove] = [asks('POST'), asks('PUT'), asks('PATCH'), asks('DELETE')]
const get = (path: string, token?: string | null): BadRequest => ({ method: 'GET', path, ...(token === undefined ? {} : { token }) })
const json = (type: string) => ({ headers: { 'content-type': type } })
const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`
const pod = (fields: object) => post('/api/pods', { pack: 'whole', ...fields })
const pack = (fields: object) => post('/api/packs', { name: 'fresh', version: '1.0.0', runtimeTag: 'node', ...fields })

/** Sent without saying how much it will be. */
function chunked(megabytes: number): ReadableStream<Uint8Array> {
  let sent = 0
  return new ReadableStream({
    pull(controller) {
      sent += 1
      if (sent > megabytes) controller.close()
      else controller.enqueue(new Uint8Array(1_000_000).fill(0x20))
    },
  })
}

const bodies: Row[] = [
  ['JSON that is cut short', () => post('/api/pods', '{"pack": "who'), 400, 'INVALID_JSON', 'not JSON'],
  ['text in place of JSON', () => post('/api/pods', 'pack=whole'), 400, 'INVALID_JSON', 'not JSON'],
  [
    'bytes that are no UTF-8',
    () => post('/api/pods', Buffer.from([0x22, 0xff, 0x22]), json('application/json')),
    400,
    'INVALID_JSON',
    'utf-8',
  ],
  ['a list in place of an object', () => post('/api/pods', [1]), 422, 'INVALID', 'must be a JSON object'],
  ['a number in place of an object', () => post('/api/pods', '1'), 422, 'INVALID', 'must be a JSON object'],
  ['null in place of an object', () => post('/api/pods', 'null'), 422, 'INVALID', 'must be a JSON object'],
  ['a form', () => post('/api/pods', 'a=1', json('application/x-www-form-urlencoded')), 415, 'UNSUPPORTED_MEDIA_TYPE', 'x-www-form'],
  ['a body of no type', () => post('/api/pods', '{}', json('')), 415, 'UNSUPPORTED_MEDIA_TYPE', 'of no type'],
  ['no body', () => post('/api/pods'), 422, 'INVALID', '/pack'],
  ['a number where text belongs', () => pod({ pack: 1 }), 422, 'INVALID', '/pack'],
  ['text where a number belongs', () => pod({ activeDeadlineSeconds: '9' }), 422, 'INVALID', '/activeDeadlineSeconds'],
  ['a list where an object belongs', () => pod({ labels: [] }), 422, 'INVALID', '/labels'],
  ['an amount below 0', () => pod({ resources: { requests: { cpu: -1 } } }), 422, 'INVALID', '/resources/requests/cpu'],
  ['a fraction of a millicore', () => pod({ resources: { requests: { cpu: 0.5 } } }), 422, 'INVALID', '/resources/requests/cpu'],
  ['an unknown field', () => pod({ colour: 'red' }), 422, 'INVALID', '/colour'],
  ['the second of two unknown fields', () => pod({ colour: 'red', shape: 'round' }), 422, 'INVALID', '/shape'],
  ['an unknown field inside', () => pod({ resources: { requests: { gpu: 1 } } }), 422, 'INVALID', '/resources/requests/gpu'],
  ['a field that is missing', () => post('/api/packs', { name: 'fresh', version: '1.0.0' }), 422, 'INVALID', '/runtimeTag'],
  ['a word that is none of the choices', () => pod({ restartPolicy: 'Sometimes' }), 422, 'INVALID', 'Always, OnFailure, Never'],
  ['the id in the path and in the body', () => patch('/api/nodes/taken', { id: 'other' }), 422, 'INVALID', '/id'],
  ['a field of the body in the query', () => post('/api/pods?pack=whole', {}), 422, 'INVALID', '/pack'],
  ['a field of the query in the body', () => post('/api/pods/taken/stop', { namespace: 'default' }), 422, 'INVALID', '/namespace'],
  ['a body where none is read', ({ pod }) => ({ ...remove(`/api/pods/${pod.id}`), body: { a: 1 } }), 422, 'INVALID', '/a'],
  ['more than 1 MB of JSON', () => pod({ args: ['x'.repeat(1_000_000)] }), 413, 'BODY_TOO_LARGE', '1000000 is the most'],
  [
    'more than 1 MB, unannounced',
    () => post('/api/pods', chunked(3), json('application/json')),
    413,
    'BODY_TOO_LARGE',
    '1000000 is the most',
  ],
  [
    'more errors than anybody reads',
    () => pod({ tolerations: Array(60).fill({ colour: 1, shape: 2 }) }),
    422,
    'INVALID',
    '/tolerations/0/colour',
  ],
  ['200,000 lists in each other', () => post('/api/pods', `{"pack":"whole","args":${deep(200_000)}}`), 422, 'INVALID', '/args/0'],
  [
    '5,000 lists in each other, where anything may stand',
    ({ pod, node }) =>
      post(
        `/api/pods/${pod.id}/report`,
        `{"incarnation":1,"status":"failed","exit":{"code":null,"signal":null,"error":null,"result":${deep(5000)}}}`,
        { token: node.credential },
      ),
    422,
    'INVALID',
    'nested more than 64',
  ],
  ['the field __proto__', () => post('/api/pods', '{"pack":"whole","__proto__":{"admin":true}}'), 422, 'INVALID', '/__proto__'],
  ['the label __proto__', () => post('/api/pods', '{"pack":"whole","labels":{"__proto__":"x"}}'), 422, 'INVALID', '/labels/__proto__'],
  ['the parameter __proto__', () => get('/api/pods?__proto__=1'), 422, 'INVALID', '/__proto__'],
  ['the zero character', () => pod({ args: ['a\0b'] }), 422, 'INVALID', '/args/0'],
  ['half of a surrogate pair', () => post('/api/pods', '{"pack":"whole","args":["\\ud800"]}'), 422, 'INVALID', '/args/0'],
  ['the zero character under a key with a slash', () => pod({ annotations: { 'a/b': '\0' } }), 422, 'INVALID', '/annotations/a~1b'],
  ['the zero character in a path', () => get('/api/pods/a%00b'), 422, 'INVALID', '/id'],
]

const paths: Row[] = [
  ['an unknown path', () => get('/api/nothing'), 404, 'NOT_FOUND', '/api/nothing'],
  ['an unknown path beside the API', () => get('/nothing'), 404, 'NOT_FOUND', '/nothing'],
  ['a wrong method', () => put('/api/pods', {}), 405, 'METHOD_NOT_ALLOWED', 'GET, POST'],
  ['a wrong method on one object', () => put('/api/namespaces/default', {}), 405, 'METHOD_NOT_ALLOWED', 'GET, PATCH, DELETE'],
  ['a percent sign that encodes nothing', () => get('/api/pods/%zz'), 404, 'NOT_FOUND', '%zz'],
  ['a percent sign that encodes no UTF-8', () => get('/api/nodes/%ff'), 404, 'NOT_FOUND', '%ff'],
  ['a name longer than any', () => get(`/api/nodes/${'n'.repeat(254)}`), 422, 'INVALID', '/id'],
  ...['', '/status', '/logs'].map((rest): Row => [
    `an unknown pod${rest}`,
    () => get(`/api/pods/${nowhere}${rest}`),
    404,
    'NOT_FOUND',
    nowhere,
  ]),
  ['an unknown pod to stop', () => post(`/api/pods/${nowhere}/stop`), 404, 'NOT_FOUND', nowhere],
  ['an unknown pod to delete', () => remove(`/api/pods/${nowhere}`), 404, 'NOT_FOUND', nowhere],
  ['a pod by its name in another namespace', () => get('/api/pods/taken?namespace=stark-public'), 404, 'NOT_FOUND', 'taken'],
  ...['', '/bundle', '/versions'].map((rest): Row => [
    `an unknown pack${rest}`,
    () => get(`/api/packs/nothing${rest}`),
    404,
    'NOT_FOUND',
    'nothing',
  ]),
  ['an unknown pack to change', () => patch(`/api/packs/${nowhere}`, {}), 404, 'NOT_FOUND', nowhere],
  ['an unknown pack to delete', () => remove(`/api/packs/${nowhere}`), 404, 'NOT_FOUND', nowhere],
  ['an unknown pack to upload', () => put(`/api/packs/${nowhere}/bundle`, Buffer.from('1')), 404, 'NOT_FOUND', nowhere],
  ['an unknown node', () => get(`/api/nodes/${nowhere}`), 404, 'NOT_FOUND', nowhere],
  ['an unknown node to change', () => patch(`/api/nodes/${nowhere}`, {}), 404, 'NOT_FOUND', nowhere],
  ['an unknown node to delete', () => remove(`/api/nodes/${nowhere}`), 404, 'NOT_FOUND', nowhere],
  ['an unknown namespace', () => get('/api/namespaces/nothing'), 404, 'NOT_FOUND', 'nothing'],
  ['an unknown namespace to change', () => patch('/api/namespaces/nothing', {}), 404, 'NOT_FOUND', 'nothing'],
  ['an unknown namespace to delete', () => remove('/api/namespaces/nothing'), 404, 'NOT_FOUND', 'nothing'],
  ['an unknown token to delete', () => remove(`/api/tokens/${nowhere}`), 404, 'NOT_FOUND', nowhere],
]

const lists: Row[] = [
  ['a page of 0', () => get('/api/pods?limit=0'), 422, 'INVALID', '/limit'],
  ['a page of 501', () => get('/api/nodes?limit=501'), 422, 'INVALID', '/limit'],
  ['a page of a word', () => get('/api/packs?limit=abc'), 422, 'INVALID', '/limit'],
  ['a page of 1.5', () => get('/api/namespaces?limit=1.5'), 422, 'INVALID', '/limit'],
  ['two sizes of a page', () => get('/api/pods?limit=1&limit=2'), 422, 'INVALID', '/limit'],
  ['a cursor that no list gave', () => get('/api/pods?cursor=second'), 400, 'INVALID_CURSOR', 'cursor'],
  ['a cursor of a log that is no number', ({ pod }) => get(`/api/pods/${pod.id}/logs?cursor=x`), 422, 'INVALID', '/cursor'],
  ['a selector that does not parse', () => get('/api/pods?labelSelector=a%3Db%3Dc'), 422, 'INVALID', '/labelSelector'],
  ['a selector with an open bracket', () => get('/api/nodes?labelSelector=a%20in%20(b'), 422, 'INVALID', '/labelSelector'],
  ['a status that no pod has', () => get('/api/pods?status=tired'), 422, 'INVALID', '/status'],
  ['a runtime that no node has', () => get('/api/nodes?runtime=deno'), 422, 'INVALID', '/runtime'],
  ['an unknown parameter', () => get('/api/pods?colour=red'), 422, 'INVALID', '/colour'],
]

const headers: Row[] = [
  ['a version without quotes', () => patch('/api/cluster', {}, { headers: { 'if-match': '1' } }), 422, 'INVALID', 'in quotes'],
  ['a weak version', () => patch('/api/cluster', {}, { headers: { 'if-match': 'W/"1"' } }), 422, 'INVALID', 'in quotes'],
  [
    'a version that has passed',
    () => patch('/api/cluster', {}, { headers: { 'if-match': '"999999"' } }),
    412,
    'PRECONDITION_FAILED',
    '999999',
  ],
  ['a key with a space', () => ({ ...pod({}), headers: { 'idempotency-key': 'a b' } }), 422, 'INVALID', 'Idempotency-Key'],
  ['a key of 129 characters', () => ({ ...pod({}), headers: { 'idempotency-key': 'k'.repeat(129) } }), 422, 'INVALID', 'Idempotency-Key'],
  [
    'a key that was used for something else',
    () => ({ ...pod({ name: 'b' }), headers: { 'idempotency-key': 'used' } }),
    422,
    'IDEMPOTENCY_KEY_REUSED',
    'new one',
  ],
]

const packs: Row[] = [
  ...['1', '1.0', 'v1.0.0', '01.0.0', '1.0.0-', 'latest', '1.0.0 '].map((version): Row => [
    `the version "${version}"`,
    () => pack({ version }),
    422,
    'INVALID',
    '/version',
  ]),
  ...['Big', '', '../up', '@scope', '@/x', 'x'.repeat(64), 'a b'].map((name): Row => [
    `the pack's name "${name}"`,
    () => pack({ name }),
    422,
    'INVALID',
    '/name',
  ]),
  ['a version that exists', () => pack({ name: 'whole' }), 409, 'VERSION_EXISTS', 'whole@1.0.0'],
  [
    'another bundle for a version',
    ({ pack }) => put(`/api/packs/${pack.id}/bundle`, Buffer.from('export default 2')),
    409,
    'VERSION_EXISTS',
    'whole@1.0.0',
  ],
  ['an empty bundle', ({ bare }) => put(`/api/packs/${bare.id}/bundle`, Buffer.alloc(0)), 422, 'INVALID_BUNDLE', 'is empty'],
  ['a bundle of prose', ({ bare }) => put(`/api/packs/${bare.id}/bundle`, 'this is not it'), 422, 'INVALID_BUNDLE', 'line 1'],
  [
    'a bundle of bytes',
    ({ bare }) => put(`/api/packs/${bare.id}/bundle`, Buffer.from([0, 255, 254])),
    422,
    'INVALID_BUNDLE',
    'not JavaScript',
  ],
  [
    'a bundle of TypeScript',
    ({ bare }) => put(`/api/packs/${bare.id}/bundle`, 'export default 1 as number'),
    422,
    'INVALID_BUNDLE',
    'not JavaScript',
  ],
  [
    'a bundle without a default export',
    ({ bare }) => put(`/api/packs/${bare.id}/bundle`, 'export const a = 1'),
    422,
    'INVALID_BUNDLE',
    'no default export',
  ],
  [
    'a bundle of another hash',
    ({ bare }) => put(`/api/packs/${bare.id}/bundle?sha256=${'0'.repeat(64)}`, 'export default 1'),
    422,
    'HASH_MISMATCH',
    '0000',
  ],
  ['a hash that is none', ({ bare }) => put(`/api/packs/${bare.id}/bundle?sha256=abc`, 'export default 1'), 422, 'INVALID', '/sha256'],
  [
    'more than 50 MB',
    ({ bare }) => put(`/api/packs/${bare.id}/bundle`, new Uint8Array(50_000_001)),
    413,
    'BUNDLE_TOO_LARGE',
    '50000000 is the most',
  ],
  [
    'more than 50 MB, unannounced',
    ({ bare }) => put(`/api/packs/${bare.id}/bundle`, chunked(52)),
    413,
    'BUNDLE_TOO_LARGE',
    '50000000 is the most',
  ],
  ['a bundle that is not there', ({ bare }) => get(`/api/packs/${bare.id}/bundle`), 409, 'BUNDLE_MISSING', 'bare@1.0.0'],
  ['a pack that a pod runs', ({ pack }) => remove(`/api/packs/${pack.id}`), 409, 'IN_USE', '2 pods run'],
]

const pods: Row[] = [
  ['a pod of an unknown pack', () => pod({ pack: 'nothing' }), 404, 'NOT_FOUND', '/pack'],
  ['a pod of an unknown version', () => pod({ pack: 'whole@9.9.9' }), 404, 'NOT_FOUND', '9.9.9'],
  ['a pod of a pack without a bundle', () => pod({ pack: 'bare' }), 409, 'BUNDLE_MISSING', 'push it first'],
  ['a pod in an unknown namespace', () => pod({ namespace: 'nothing' }), 404, 'NOT_FOUND', '/namespace'],
  ['a pod on an unknown node', () => pod({ nodeName: 'nothing' }), 404, 'NOT_FOUND', '/nodeName'],
  ['a pod of a name that is taken', () => pod({ name: 'taken' }), 409, 'ALREADY_EXISTS', 'default/taken'],
  ["a pod's name in capitals", () => pod({ name: 'Web' }), 422, 'INVALID', '/name'],
  ['a pod for Node.js on a browser', ({ browser }) => pod({ pack: 'for-node', nodeName: browser.id }), 422, 'RUNTIME_MISMATCH', 'browser'],
  ['a label with a space', () => pod({ labels: { 'a b': 'x' } }), 422, 'INVALID', '/labels/a b'],
  ['a label of 64 characters', () => pod({ labels: { a: 'x'.repeat(64) } }), 422, 'INVALID', '/labels/a'],
  ['a label that ends in a dash', () => pod({ labels: { a: 'x-' } }), 422, 'INVALID', '/labels/a'],
  ['a label with an empty name', () => pod({ labels: { 'example.com/': 'x' } }), 422, 'INVALID', '/labels/example.com~1'],
  ['a variable with a dash', () => pod({ env: { 'A-B': 'x' } }), 422, 'INVALID', '/env/A-B'],
  [
    'a line of a log from somebody else',
    ({ pod, browser }) => post(`/api/pods/${pod.id}/logs`, { incarnation: 1, lines: [] }, { token: browser.credential }),
    404,
    'NOT_FOUND',
    'on this node',
  ],
]

const others: Row[] = [
  ['a namespace of a name that is taken', () => post('/api/namespaces', { name: 'default' }), 409, 'ALREADY_EXISTS', 'default'],
  ['a namespace with a dot', () => post('/api/namespaces', { name: 'a.b' }), 422, 'INVALID', '/name'],
  [
    'a quota below 0',
    ({ namespace }) => patch(`/api/namespaces/${namespace.name}`, { resourceQuota: { hard: { pods: -1 } } }),
    422,
    'INVALID',
    '/resourceQuota/hard/pods',
  ],
  ...['default', 'stark-system', 'stark-public'].map((name): Row => [
    `the end of namespace ${name}`,
    () => remove(`/api/namespaces/${name}`),
    409,
    'RESERVED',
    'reserved',
  ]),
  [
    'a default namespace that is not there',
    () => patch('/api/cluster', { defaultNamespace: 'nothing' }),
    422,
    'INVALID',
    '/defaultNamespace',
  ],
  [
    'a heartbeat longer than its patience',
    () => patch('/api/cluster', { heartbeatIntervalMs: 60_000 }),
    422,
    'INVALID',
    '/heartbeatTimeoutMs',
  ],
  ['a policy that nobody knows', () => patch('/api/cluster', { schedulingPolicy: 'fair' }), 422, 'INVALID', '/schedulingPolicy'],
  ['a node on which a pod runs', ({ node }) => remove(`/api/nodes/${node.id}`), 409, 'IN_USE', '1 pods'],
  ['a taint without an effect', () => patch('/api/nodes/taken', { taints: [{ key: 'a' }] }), 422, 'INVALID', '/taints/0/effect'],
  ['a token of a kind that is not made', () => post('/api/tokens', { kind: 'node' }), 422, 'INVALID', '/kind'],
  ['a token for 0 uses', () => post('/api/tokens', { kind: 'join', uses: 0 }), 422, 'INVALID', '/uses'],
  [
    'a token that ends in month 13',
    () => post('/api/tokens', { kind: 'join', expiresAt: '2030-13-01T00:00:00Z' }),
    422,
    'INVALID',
    '/expiresAt',
  ],
  [
    'a token that ends on the 30th of February',
    () => post('/api/tokens', { kind: 'api', expiresAt: '2030-02-30T00:00:00Z' }),
    422,
    'INVALID',
    '/expiresAt',
  ],
]

const nodeFacts = (fields: object) => ({
  ...{
    id: nowhere,
    name: 'fresh',
    runtimeType: 'node',
    capabilities: {},
    allocatable: { cpu: 1, memory: 1, storage: 1, pods: 1 },
    isNew: true,
  },
  ...fields,
})
const account = (fields: object) => ({ token: SETUP_TOKEN, ...ADMIN, ...fields })

const credentials: Row[] = [
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

export const badRequests: Readonly<Record<string, readonly Row[]>> = { bodies, paths, lists, headers, packs, pods, others, credentials }
