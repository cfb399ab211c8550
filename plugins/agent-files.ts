/**
 * Serves what turns a page of any origin into a node, as it was built into one folder: the element (/agent.js), the frame that it
 * embeds (/agent.html) with its worker, and the frame that each pod runs in (/agent-pod.html). What each of them may do stands in
 * its content security policy, because a frame's policy is its own and not that of the page around it.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Plugin } from '../kernel/index.ts'

const SCRIPT = 'text/javascript; charset=utf-8'
const HTML = 'text/html; charset=utf-8'

/** For every page: modules are loaded by CORS, and pages that are isolated from other origins embed only what says so. */
const FOR_EVERYBODY = {
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cache-Control': 'no-cache',
}
/** The same frames for WebKit, which starts no worker from a blob: in one that is isolated; agents/browser/element.ts asks for them. */
const OPEN = { 'Cross-Origin-Embedder-Policy': 'unsafe-none' }

/** The agent fetches what its pods ask for, from wherever that is; see agents/browser/pod-fetch.ts. */
const AGENT_CONNECTS = 'connect-src * ws: wss:'
const AGENT_POLICY = `default-src 'none'; script-src 'self'; worker-src 'self'; frame-src 'self'; ${AGENT_CONNECTS}; base-uri 'none'; form-action 'none'; frame-ancestors *`
const WORKER_POLICY = `default-src 'none'; ${AGENT_CONNECTS}`

/**
 * No server, no storage, no origin: what a pod needs from outside it asks of its agent. The one script is named by its hash,
 * because an origin that is nobody's has no 'self'; blob: and data: are how a worker gets its own text and the pack's.
 */
const podPolicy = (scriptHash: string): string =>
  `default-src 'none'; script-src '${scriptHash}' 'wasm-unsafe-eval' blob:; worker-src data: blob:; connect-src 'none'; base-uri 'none'; form-action 'none'; sandbox allow-scripts; frame-ancestors *`

export interface AgentFile {
  readonly contentType: string
  readonly body: Buffer
  readonly etag: string
  readonly headers: Readonly<Record<string, string>>
}

/** @param folder where the built files are */
export const agentFiles = (folder: string): Plugin => ({
  name: 'agent-files',
  after: ['rest'],
  apply({ need }) {
    for (const [at, file] of readAgentFiles(folder)) need('web').serve(at, () => file)
  },
})

/** @returns by path */
export function readAgentFiles(folder: string): ReadonlyMap<string, AgentFile> {
  const read = (name: string, contentType: string, headers: (body: Buffer) => Record<string, string>): AgentFile => {
    const body = readFileSync(path.join(folder, name))
    const etag = createHash('sha256').update(body).digest('hex').slice(0, 32)
    return { contentType, body, etag, headers: { ...FOR_EVERYBODY, ...headers(body) } }
  }
  const open = (file: AgentFile): AgentFile => ({ ...file, headers: { ...file.headers, ...OPEN } })
  const agent = read('agent.html', HTML, () => ({ 'Content-Security-Policy': AGENT_POLICY }))
  const pod = read('agent-pod.html', HTML, (body) => ({ 'Content-Security-Policy': podPolicy(hashOfScript(body)) }))
  return new Map([
    ['/agent.js', read('agent.js', SCRIPT, () => ({ 'Access-Control-Allow-Origin': '*' }))],
    ['/agent.html', agent],
    ['/open/agent.html', open(agent)],
    ['/agent-frame.js', read('agent-frame.js', SCRIPT, () => ({}))],
    ['/agent-worker.js', read('agent-worker.js', SCRIPT, () => ({ 'Content-Security-Policy': WORKER_POLICY }))],
    ['/agent-pod.html', pod],
    ['/open/agent-pod.html', open(pod)],
  ])
}

/** @returns the page's only script as a policy names it. @throws Error when there is none */
function hashOfScript(page: Buffer): string {
  const [, script] = /<script>([\s\S]*)<\/script>/.exec(page.toString('utf8')) ?? []
  if (script === undefined) throw new Error('agent-pod.html has no script: build anew')
  return `sha256-${createHash('sha256').update(script).digest('base64')}`
}
