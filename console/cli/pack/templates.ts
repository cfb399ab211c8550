/** The packs that `stark pack init` can make: what each is, where it runs, and its source. */

export const TEMPLATES = ['service', 'job', 'browser'] as const
export type TemplateName = (typeof TEMPLATES)[number]

export interface Template {
  readonly description: string
  readonly runtimeTag: 'universal' | 'browser'
  readonly source: string
  /** Commands for its README, after the first. */
  readonly examples: readonly (readonly [command: string, comment: string])[]
}

const SERVICE = `import type { PackContext } from 'stark/pack'

/** Runs until it is stopped, and answers other pods meanwhile. Returning is success, throwing is failure. */
export default async function main(context: PackContext) {
  const { pod, node, log, env } = context
  log.info(\`hello from \${pod.name} on \${node.name}\`)
  context.on('request', ({ data }) => ({ greeting: \`hello \${String(data)}\` }))
  context.ready()
  for (let beat = 1; ; beat++) {
    await context.sleep(Number(env['EVERY_MS'] ?? 10_000)) // rejects when the pod has to stop, which ends it
    log.info(\`beat \${beat}\`)
  }
}
`

const JOB = `import type { PackContext } from 'stark/pack'

/** Does its work once. What it returns is the pod's result, 64 KB of JSON at most. */
export default async function main(context: PackContext) {
  const { log, args } = context
  const numbers = args.map(Number).filter(Number.isFinite)
  let sum = 0
  for (const [index, number] of numbers.entries()) {
    if (context.signal.aborted) throw context.signal.reason
    sum += number
    context.progress((index + 1) / numbers.length)
  }
  log.info(\`\${numbers.length} numbers added\`)
  return { sum }
}
`

const BROWSER = `import type { PackContext } from 'stark/pack'

/** Runs in a worker of somebody's tab: no page, no cookies, no network but context.fetch. */
export default async function main(context: PackContext) {
  const { log, node } = context
  log.info(\`on \${node.name}, with \${navigator.hardwareConcurrency} cores\`)
  const canvas = new OffscreenCanvas(64, 64)
  const pen = canvas.getContext('2d')
  if (!pen) throw new Error('this browser draws nothing in workers')
  pen.fillStyle = 'rebeccapurple'
  pen.fillRect(0, 0, 64, 64)
  const image = await canvas.convertToBlob({ type: 'image/png' })
  context.ready()
  return { bytes: image.size, type: image.type }
}
`

export const templates: Readonly<Record<TemplateName, Template>> = {
  service: {
    description: 'Says hello, then counts until it is stopped',
    runtimeTag: 'universal',
    source: SERVICE,
    examples: [['stark deploy . --env EVERY_MS=1000', 'faster']],
  },
  job: {
    description: 'Adds its arguments and returns the sum',
    runtimeTag: 'universal',
    source: JOB,
    examples: [['stark deploy . --arg 1 --arg 41 --watch', 'its result is in: stark status POD']],
  },
  browser: {
    description: 'Draws a picture in a tab and returns its size',
    runtimeTag: 'browser',
    source: BROWSER,
    examples: [],
  },
}
