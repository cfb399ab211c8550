/**
 * What a hostile pack tries from inside its process: each entry is the body of an async function of the pack, with `agent`
 * {pid, secretFile, folder, tcpPort, udpPort, socket} in scope and `load(name)` to get a module. What it returns is its booty;
 * that it throws is the defence. Bodies are texts because they run in a process that has nothing of ours.
 */
export const attacks: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  files: {
    'reads a file that all may read': `return (await load('fs')).readFileSync(agent.secretFile, 'utf8')`,
    'reads it by a promise': `return await (await load('fs/promises')).readFile(agent.secretFile, 'utf8')`,
    'reads it by a stream': `let text = ''; for await (const part of (await load('fs')).createReadStream(agent.secretFile)) text += part; return text`,
    'reads it as a blob': `return await (await (await load('fs')).openAsBlob(agent.secretFile)).text()`,
    'imports it': `return Object.keys(await import('file://' + agent.secretFile))`,
    'requires it': `return (await load('module')).createRequire('file:///')(agent.secretFile)`,
    'finds it by realpath': `return (await load('fs')).realpathSync.native(agent.secretFile)`,
    'asks whether it is there': `if ((await load('fs')).existsSync(agent.secretFile)) return 'it is'; throw new Error('it is not')`,
    'opens it by way of a link': `const fs = await load('fs'); fs.symlinkSync(agent.secretFile, 'link'); return fs.readFileSync('link', 'utf8')`,
    'copies it into its own folder': `(await load('fs')).copyFileSync(agent.secretFile, 'copy'); return 'copied'`,
    'reads it through WASI': `const { WASI } = await load('wasi'); new WASI({ version: 'preview1', preopens: { '/': agent.folder } }); return 'a preopened folder'`,
    'lists a folder': `return (await load('fs')).readdirSync(agent.folder)`,
    'lists the bundles of others': `return (await load('fs')).readdirSync('..')`,
    'watches a folder': `(await load('fs')).watch(agent.folder).close(); return 'watched'`,
    'reads its own environment as the kernel has it': `return (await load('fs')).readFileSync('/proc/self/environ', 'utf8')`,
    "reads the agent's environment": `return (await load('fs')).readFileSync('/proc/' + agent.pid + '/environ', 'utf8')`,
    "reads the agent's command line": `return (await load('fs')).readFileSync('/proc/' + agent.pid + '/cmdline', 'utf8')`,
    'loads an environment from a file': `process.loadEnvFile(agent.secretFile); return 'loaded'`,
    'writes a file': `(await load('fs')).writeFileSync(agent.folder + '/written', 'x'); return 'written'`,
    'writes into its working directory': `(await load('fs')).writeFileSync('written', 'x'); return 'written'`,
    'overwrites its bundle': `(await load('fs')).writeFileSync(new URL(import.meta.url), 'x'); return 'overwritten'`,
    'removes its bundle': `(await load('fs')).rmSync(new URL(import.meta.url)); return 'removed'`,
    'makes its bundle writable': `(await load('fs')).chmodSync(new URL(import.meta.url), 0o777); return 'writable'`,
    'writes a diagnostic report': `return process.report.writeReport(agent.folder + '/report.json')`,
    'writes a heap snapshot': `return (await load('v8')).writeHeapSnapshot(agent.folder + '/heap')`,
    'changes its working directory': `process.chdir(agent.folder); return process.cwd()`,
  },
  processes: {
    'starts a program': `return String((await load('child_process')).execFileSync('/bin/true'))`,
    'starts a shell': `return String((await load('child_process')).execSync('id'))`,
    'forks itself': `return (await load('child_process')).fork(import.meta.url.slice(7)).pid`,
    'starts a program by the handle': `const { ChildProcess } = await load('child_process'); const c = new ChildProcess()
      const code = c._handle.spawn({ file: '/bin/true', args: ['true'], stdio: [] }); if (code === 0) return 'spawned'; throw new Error('no')`,
    'starts a cluster': `const c = (await load('cluster')).default; return c.fork().process.pid`,
    'starts a thread': `new (await load('worker_threads')).Worker('0', { eval: true }); return 'a thread'`,
    'registers a module loader': `(await load('module')).register('data:text/javascript,export{}'); return 'registered'`,
    'loads a native library': `process.dlopen({ exports: {} }, '/lib/x86_64-linux-gnu/libm.so.6'); return 'loaded'`,
    'requires a native addon': `const file = '/lib/x86_64-linux-gnu/libm.so.6'
      return (await load('module')).default._extensions['.node']({ exports: {}, filename: file }, file)`,
    'gets at internal bindings': `return Object.keys(process.binding('fs'))`,
    'gets at linked bindings': `return Object.keys(process._linkedBinding('tcp_wrap'))`,
    'becomes root': `process.setuid(0); return process.getuid()`,
    'becomes a group': `process.setgroups([0]); return process.getgroups()`,
  },
  agent: {
    'kills the agent': `return process.kill(agent.pid, 'SIGKILL')`,
    'signals the agent': `return process.kill(agent.pid, 'SIGUSR2')`,
    'asks whether the agent is there': `return process.kill(agent.pid, 0)`,
    "signals the agent's group": `return process.kill(-agent.pid, 'SIGUSR2')`,
    'signals by the inner function': `if (process._kill(agent.pid, 12) === 0) return 'signalled'; throw new Error('no')`,
    "opens the agent's inspector": `process._debugProcess(agent.pid); return 'opened'`,
    'lowers the priority of the agent': `(await load('os')).setPriority(agent.pid, 19); return 'lowered'`,
    'learns the pid of its agent': `if (process.ppid) return process.ppid; throw new Error('no')`,
    'opens its own inspector': `const inspector = await load('inspector'); inspector.open(0); return inspector.url()`,
    'makes a session of the inspector': `const { Session } = await load('inspector'); new Session().connect(); return 'connected'`,
    'sees a secret in its environment': `if (Object.keys(process.env).length) return process.env; throw new Error('no')`,
    'finds something in its arguments': `const found = [...process.argv, ...process.execArgv].filter((each) => each.includes(agent.secret)); if (found.length) return found; throw new Error('no')`,
  },
  network: {
    connects: `return await connected((await load('net')).connect(agent.tcpPort, '127.0.0.1'))`,
    'connects a socket of its own': `return await connected(new (await load('net')).Socket().connect(agent.tcpPort, '127.0.0.1'))`,
    'connects to a socket in the file system': `return await connected((await load('net')).connect(agent.socket))`,
    'connects by TLS': `return await connected((await load('tls')).default.connect({ port: agent.tcpPort, host: '127.0.0.1' }))`,
    fetches: `return (await fetch('http://127.0.0.1:' + agent.tcpPort)).status`,
    'fetches by http': `const http = await load('http'); return await new Promise((y, n) => http.get('http://127.0.0.1:' + agent.tcpPort, () => y('got')).on('error', n))`,
    'fetches by https': `const https = await load('https'); return await new Promise((y, n) => https.get('https://127.0.0.1:' + agent.tcpPort, () => y('got')).on('error', n))`,
    'fetches by http2': `const http2 = await load('http2'); return await connected(http2.connect('http://127.0.0.1:' + agent.tcpPort))`,
    'opens a WebSocket': `return new WebSocket('ws://127.0.0.1:' + agent.tcpPort).url`,
    listens: `return await listening((await load('net')).createServer())`,
    'listens by http': `return await listening((await load('http')).createServer())`,
    'listens by the inner function': `const s = (await load('net')).createServer(); s._listen2('127.0.0.1', 0, 4, 0); return s.address()`,
    'makes a listening handle': `return typeof (await load('net'))._createServerHandle('127.0.0.1', 0, 4)`,
    'sends a datagram': `const s = (await load('dgram')).createSocket('udp4'); return await new Promise((y, n) => s.send('x', agent.udpPort, '127.0.0.1', (e) => e ? n(e) : y('sent')))`,
    'makes a socket for datagrams': `const { Socket } = await load('dgram'); return typeof new Socket('udp4')`,
    'makes a handle for datagrams': `return typeof (await load('dgram'))._createSocketHandle('127.0.0.1', 0, 'udp4')`,
    'makes a TCP handle by way of TLS': `const { TLSSocket } = await load('tls'); return typeof new TLSSocket()._handle._parent`,
    'makes a TCP handle by way of the old name': `const { TLSSocket } = (await load('module')).createRequire(import.meta.url)('_tls_wrap'); return typeof new TLSSocket()._handle._parent`,
    'looks a name up': `const dns = await load('dns'); return await new Promise((y, n) => dns.lookup('localhost', (e, a) => e ? n(e) : y(a)))`,
    'resolves a name': `return await (await load('dns/promises')).resolve4('localhost')`,
    'makes a resolver': `return typeof new (await load('dns')).Resolver()`,
    'makes a resolver of promises': `return typeof new (await load('dns')).promises.Resolver()`,
    'gets the modules another way': `return await connected(process.getBuiltinModule ? process.getBuiltinModule('net').connect(agent.tcpPort, '127.0.0.1') : null)`,
    'puts the guard away': `const net = (await load('net')).default; net.Socket.prototype.connect = () => {}; delete net.Socket.prototype.connect
      return await connected(net.connect(agent.tcpPort, '127.0.0.1'))`,
  },
}

/** One pack that tries all of a group, one after the other, and returns what each got or why not. */
export const packOf = (group: Readonly<Record<string, string>>): string => `
const load = (name) => import('node:' + name)
const connected = (socket) => new Promise((resolve, reject) => socket.on('connect', () => resolve('connected')).on('error', reject))
const listening = (server) => new Promise((resolve, reject) => server.on('error', reject).listen(0, '127.0.0.1', () => resolve(server.address())))
const attacks = { ${Object.entries(group)
  .map(([name, body]) => `${JSON.stringify(name)}: async (agent) => { ${body} }`)
  .join(',\n')} }
export default async function main(context) {
  const agent = JSON.parse(context.env.AGENT)
  const outcomes = {}
  for (const [name, attack] of Object.entries(attacks)) {
    context.status(name)
    const late = new Promise((resolve) => setTimeout(resolve, 15_000, { booty: 'no answer in time' }))
    const outcome = attack(agent).then((booty) => ({ booty: booty ?? 'nothing' }), (error) => ({ refused: (error.code ?? error.name) + ' ' + error.message }))
    outcomes[name] = await Promise.race([outcome, late])
  }
  return outcomes
}`
