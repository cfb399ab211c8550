/**
 * Preloaded into each pod's process (`--import`): takes the network and the agent's pid away, so that `context.fetch`, which
 * the agent judges, is the way out. A policy guard in the pod's own JavaScript and not a boundary of the operating system:
 * Node.js 20's permission model knows no network. Newer ones do, and are not asked for it here.
 */
import dgram from 'node:dgram'
import dns from 'node:dns'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'
import tls from 'node:tls'

/** A function that can be called and constructed, and refuses both. */
const deny = (what: string) =>
  function denied(): never {
    const instead = what.startsWith('process.') ? '' : ': the way to the network is context.fetch'
    throw Object.assign(new Error(`${what} is not available to a pod${instead}`), { code: 'ERR_POLICY' })
  }

function denyMembers(target: object, names: readonly string[], prefix: string): void {
  for (const name of names) {
    if (name in target) Object.defineProperty(target, name, { value: deny(`${prefix}.${name}`), writable: false, configurable: false })
  }
}

denyMembers(net.Socket.prototype, ['connect'], 'net.Socket')
// _listen2 makes the listening handle without going through listen.
denyMembers(net.Server.prototype, ['listen', '_listen2'], 'net.Server')
denyMembers(net, ['connect', 'createConnection', '_createServerHandle'], 'net')
denyMembers(dgram, ['createSocket', 'Socket', '_createSocketHandle'], 'dgram')
for (const resolver of [dns, dns.promises]) {
  const questions = Object.getOwnPropertyNames(resolver).filter((name) => /^(lookup|resolve|reverse|setServers)/.test(name))
  denyMembers(resolver, [...questions, 'Resolver'], 'dns')
}

// A TLS socket without a socket underneath makes a TCP handle of its own.
const prototype = tls.TLSSocket.prototype as unknown as { _wrapHandle: (wrap: unknown, ...rest: unknown[]) => unknown }
const wrapHandle = prototype._wrapHandle
Object.defineProperty(prototype, '_wrapHandle', {
  value(this: unknown, wrap: unknown, ...rest: unknown[]) {
    return wrap ? wrapHandle.call(this, wrap, ...rest) : deny('tls.TLSSocket')()
  },
  writable: false,
  configurable: false,
})

denyMembers(globalThis, ['fetch', 'WebSocket', 'EventSource'], 'the global')
denyMembers(process, ['kill', '_kill', '_debugProcess', '_debugEnd', 'dlopen', 'abort', 'binding', '_linkedBinding', 'execve'], 'process')
// A plain value would leave the native getter behind it in place.
Object.defineProperty(process, 'ppid', { get: () => 0, configurable: false })
syncBuiltinESMExports()
