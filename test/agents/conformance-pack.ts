/**
 * A pack that tries every member of its context and returns what it found, with a peer that it talks to. It has to find the same
 * wherever it runs; what differs by nature (ids, names of nodes, times) is only looked at for its form.
 */
import type { PackContext } from '../../agents/pack.ts'

/** All members: the types hold this list against the contract, and the pack holds it against what it is given. */
const MEMBERS: Record<keyof PackContext, true> = {
  pod: true,
  node: true,
  env: true,
  args: true,
  secrets: true,
  signal: true,
  log: true,
  kv: true,
  status: true,
  ready: true,
  progress: true,
  on: true,
  send: true,
  request: true,
  fetch: true,
  sleep: true,
}

/** Echoes messages and adds numbers, until it is stopped. */
export const PEER = `
export default async function main(context) {
  context.on('message', ({ from, data }) => context.send(from, { echo: data }))
  context.on('request', ({ data }) => {
    if (data.n === undefined) throw new TypeError('n is missing')
    return { n: data.n + 1 }
  })
  context.ready()
  await context.sleep(600_000)
}
`

/** args: the id of a peer, and an address that answers. */
export const PROBE = `
const codeOf = (work) => work.then(() => 'done', (error) => error.name + ' ' + error.code)
const UUID = /^[0-9a-f-]{36}$/
export default async function main(context) {
  const [peer, address] = context.args
  const { pod, node, kv, signal } = context
  const echoed = new Promise((resolve) => {
    const stop = context.on('message', ({ from, data }) => { stop(); resolve({ isPeer: from === peer, data }) })
  })
  context.status({ step: 1 }); context.progress(0.5); context.ready()
  console.log('by the console'); context.log.debug('a', { b: 1 }, [2]); context.log.info('i'); context.log.warn('w'); context.log.error(new RangeError('e').message)
  await context.send(peer, { text: 'ä😀', list: [1, null, true] })
  await kv.set('k', { a: [1, 2] }); const value = await kv.get('k'); await kv.delete('k')
  const before = Date.now(); await context.sleep(30); const slept = Date.now() - before
  const response = await context.fetch(address, { method: 'POST', body: 'x' })
  return {
    members: Object.keys(context).sort(),
    frozen: Object.isFrozen(context) && Object.isFrozen(pod) && Object.isFrozen(context.env),
    pod: { id: UUID.test(pod.id), named: pod.name.startsWith('probe-'), namespace: pod.namespace, labels: pod.labels, attempt: pod.attempt },
    node: { id: UUID.test(node.id), named: node.name.length > 0 },
    env: context.env, args: context.args.length, secrets: context.secrets,
    signal: { isSignal: signal instanceof AbortSignal, aborted: signal.aborted },
    kv: [value, (await kv.get('k')) === undefined, await codeOf(kv.set('big', 'x'.repeat(70_000)))],
    progress: (() => { try { context.progress(2) } catch (error) { return error.name } })(),
    echoed: await echoed,
    request: [await context.request(peer, { n: 41 }), await codeOf(context.request(peer, {})), await codeOf(context.request('nobody', 1))],
    fetch: [response.status, await response.text(), response.url === address, await codeOf(context.fetch('file:///etc/passwd'))],
    slept: slept >= 29 && slept < 5_000,
    language: [String(2n ** 64n), [...'ä😀'].length, new URL('/b', 'https://a.example').href, [3, 1, 2].toSorted?.().join() ?? '1,2,3', btoa('x')],
    hash: [...new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode('abc')))].slice(0, 4),
  }
}
`

export const EXPECTED = {
  members: Object.keys(MEMBERS).toSorted(),
  frozen: true,
  pod: { id: true, named: true, namespace: 'default', labels: { app: 'x' }, attempt: 1 },
  node: { id: true, named: true },
  env: { GREETING: 'hi' },
  args: 2,
  secrets: { key: 'opens' },
  signal: { isSignal: true, aborted: false },
  kv: [{ a: [1, 2] }, true, 'PackCallError LIMIT_EXCEEDED'],
  progress: 'TypeError',
  echoed: { isPeer: true, data: { echo: { text: 'ä😀', list: [1, null, true] } } },
  request: [{ n: 42 }, 'PackCallError REQUEST_FAILED', 'PackCallError NOT_FOUND'],
  fetch: [200, 'secret of the site', true, 'PackCallError POLICY_REFUSED'],
  slept: true,
  language: ['18446744073709551616', 2, 'https://a.example/b', '1,2,3', 'eA=='],
  hash: [186, 120, 22, 191],
}
