/** The AsyncAPI document of /ws, made from the schemas that check what comes in. Source: https://www.asyncapi.com/docs/reference/specification/v3.0.0 */
import { Ask, Hello, Unwatch, Watch } from '../../kernel/wire/frames.ts'

const FROM_CLIENT = {
  hello: { payload: Hello, summary: 'First of all: who the client is. Answered by welcome, or by bye.' },
  ask: { payload: Ask, summary: 'Call an operation of /openapi.json by its operationId. Answered by one result or one error.' },
  watch: { payload: Watch, summary: 'Follow a kind: everything, in one event or inParts, then one event per commit.' },
  unwatch: { payload: Unwatch, summary: 'End a watch. Not answered.' },
}

const problem = { type: 'object', required: ['code', 'detail', 'status', 'retryable'] }
const frame = (type: string, properties: object) => ({
  type: 'object',
  required: ['type'],
  properties: { type: { const: type }, ...properties },
})

const FROM_SERVER = {
  welcome: {
    payload: frame('welcome', {
      server: { type: 'string' },
      revision: { type: 'integer' },
      name: { type: 'string' },
      inParts: { type: 'boolean' },
    }),
    summary: 'The client is known.',
  },
  result: { payload: frame('result', { id: { type: 'integer' }, output: {} }), summary: 'The answer to an ask.' },
  error: { payload: frame('error', { id: { type: 'integer' }, problem }), summary: 'The refusal of an ask or a watch.' },
  event: {
    payload: frame('event', {
      id: { type: 'integer' },
      revision: { type: 'integer' },
      isSnapshot: { type: 'boolean' },
      left: { type: 'integer', description: 'of a part of a snapshot: about how many records are still to come; 0 with the last' },
      put: { type: 'array', items: { type: 'object' } },
      gone: { type: 'array', items: { type: 'string' } },
    }),
    summary: 'What a watch has to tell.',
  },
  notice: {
    payload: frame('notice', { about: { type: 'string' }, data: {} }),
    summary: 'What nobody asked for and nobody answers, such as a message to a pod of this node.',
  },
  bye: {
    payload: frame('bye', { why: { enum: ['refused', 'replaced', 'protocol', 'stopping'] }, problem }),
    summary: 'The server hangs up. After refused, replaced or protocol coming back is of no use.',
  },
}

export function asyncapi(): object {
  const messages = { ...FROM_CLIENT, ...FROM_SERVER }
  const refs = (names: object) => Object.keys(names).map((name) => ({ $ref: `#/channels/socket/messages/${name}` }))
  return {
    asyncapi: '3.0.0',
    info: { title: 'Stark', version: '0.1.0', description: 'JSON text, one frame a message.' },
    channels: { socket: { address: '/ws', messages } },
    operations: {
      send: { action: 'receive', channel: { $ref: '#/channels/socket' }, messages: refs(FROM_CLIENT) },
      receive: { action: 'send', channel: { $ref: '#/channels/socket' }, messages: refs(FROM_SERVER) },
    },
  }
}
