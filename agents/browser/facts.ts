/** What a browser says of itself when it registers as a node. */
import type { NodeFacts } from '../agent.ts'
import type { NodeConfig } from './messages.ts'

/** What browsers do not tell, or what a guest should be given unless the page says more. */
const MEMORY_MB = 2_000
const STORAGE_MB = 1_000
const PODS_MAX = 20

export function factsOf({ name, cpu, memory, maxPods, labels }: NodeConfig, id: string): NodeFacts {
  const browser = browserOf(navigator.userAgent)
  return {
    id,
    name: name ?? `browser-${id.slice(0, 8)}`,
    runtimeType: 'browser',
    capabilities: { runtimeVersion: `${browser.name} ${browser.version}`, os: osOf(navigator.userAgent), isolation: ['frame'] },
    allocatable: {
      cpu: cpu ?? navigator.hardwareConcurrency * 1000,
      memory: memory ?? MEMORY_MB,
      storage: STORAGE_MB,
      pods: maxPods ?? PODS_MAX,
    },
    labels: { 'stark/browser': browser.name, ...labels },
    taints: [],
  }
}

/** The first that matches: Edge says that it is Chrome, and everybody says Safari. */
const BROWSERS = [
  ['edge', /Edg\/([\d.]+)/],
  ['firefox', /Firefox\/([\d.]+)/],
  ['chrome', /Chrome\/([\d.]+)/],
  ['safari', /Version\/([\d.]+).*Safari/],
] as const

function browserOf(userAgent: string): { readonly name: string; readonly version: string } {
  for (const [name, pattern] of BROWSERS) {
    const [, version] = pattern.exec(userAgent) ?? []
    if (version !== undefined) return { name, version }
  }
  return { name: 'unknown', version: '0' }
}

const osOf = (userAgent: string): string =>
  ['Windows', 'Android', 'iPhone', 'Mac OS', 'Linux'].find((os) => userAgent.includes(os)) ?? 'unknown'
