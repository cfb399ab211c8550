/** Thousands of agents in this process: the real agent core on a real connection, with a runtime that is empty, or one that only pretends. */
import { randomUUID } from 'node:crypto'
import { WebSocket } from 'ws'
import { Agent, type AgentOptions, type NodeFacts } from '../../../agents/agent.ts'
import { agentClock } from '../../../agents/clock.ts'
import { waitFor } from '../../support/wait-for.ts'
import type { BenchCluster } from './cluster.ts'

const JOINING_AT_ONCE = 64

export class Hollow {
  readonly agents: Agent[] = []
  readonly #cluster: BenchCluster
  readonly #url: string
  readonly #run: AgentOptions['run']

  /** @param run starts a pod; without it pods are refused */
  constructor(cluster: BenchCluster, run: AgentOptions['run'] = () => Promise.reject(new Error('a hollow agent runs nothing'))) {
    this.#cluster = cluster
    this.#run = run
    this.#url = `${cluster.url.replace(/^http/, 'ws')}/ws`
  }

  /** Joins and connects so many more. @returns ms until all of them are online */
  async add(count: number): Promise<number> {
    const { token: joinToken } = await this.#cluster.call<{ token: string }>('POST', '/api/tokens', { kind: 'join' })
    const began = performance.now()
    let left = count
    const joiner = async (): Promise<void> => {
      while (left-- > 0) this.#start(await this.#join(joinToken))
    }
    await Promise.all(Array.from({ length: JOINING_AT_ONCE }, joiner))
    await this.allOnline()
    return performance.now() - began
  }

  get online(): number {
    return this.agents.filter(({ isOnline }) => isOnline).length
  }

  async allOnline(): Promise<void> {
    await waitFor('all agents to be online', () => this.online === this.agents.length, { timeoutMs: 120_000, intervalMs: 50 })
  }

  /** All hang up, without a word, and stay away. */
  suspend(): void {
    for (const agent of this.agents) agent.suspend()
  }

  resume(): void {
    for (const agent of this.agents) agent.resume()
  }

  async stop(): Promise<void> {
    await Promise.all(this.agents.map((agent) => agent.stop()))
  }

  async #join(joinToken: string): Promise<{ facts: NodeFacts; token: string }> {
    const id = randomUUID()
    const facts: NodeFacts = {
      id,
      name: `hollow-${id}`,
      runtimeType: 'node',
      capabilities: { runtimeVersion: process.versions.node },
      allocatable: { cpu: 1000, memory: 1000, storage: 1000, pods: 10 },
      labels: {},
      taints: [],
    }
    const { token } = await this.#cluster.call<{ token: string }>('POST', '/api/nodes', { ...facts, isNew: true }, joinToken)
    return { facts, token }
  }

  #start({ facts, token }: { facts: NodeFacts; token: string }): void {
    const agent = new Agent({
      url: this.#url,
      open: (url) => new WebSocket(url, { perMessageDeflate: false }),
      clock: agentClock,
      random: () => Math.random(),
      facts,
      token,
      run: this.#run,
      onRefused: ({ detail }) => process.stderr.write(`an agent was refused: ${detail}\n`),
    })
    this.agents.push(agent)
  }
}
