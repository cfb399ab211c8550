/**
 * The benches by name. `npm run -s bench -- NAME --json` writes one JSON object to stdout and nothing else; without --json the
 * result is written for people. Whatever a bench or a library says on the way goes to stderr.
 */
import { parseArgs } from 'node:util'
import type { Bench, BenchOptions } from './support/bench.ts'

export type Benches = Readonly<Record<string, { readonly measures: string; readonly load: () => Promise<Bench> }>>

const all: Benches = {
  scheduler: { measures: 'placements a second with all default plugins, by workload', load: () => import('./scheduler.ts') },
  store: { measures: 'durable creations a second, beside raw batched SQL', load: () => import('./store.ts') },
  api: { measures: 'the REST API under 5 users, beside a bare Koa route', load: () => import('./api.ts') },
  agents: {
    measures: 'starts and memory of pods by runtime, and thousands of hollow agents on one server',
    load: () => import('./agents.ts'),
  },
  console: {
    measures: 'first paint, frames, filters and memory of the web console, beside an empty page',
    load: () => import('./console.ts'),
  },
  rollout: {
    measures: 'a rolling update of 1,000 pods on hollow agents, beside the least that its surge allows',
    load: () => import('./rollout.ts'),
  },
  deploy: { measures: 'from POST to running as a watcher sees it, beside a bare process', load: () => import('./deploy.ts') },
}

const usage = (benches: Benches) => `usage: npm run -s bench -- NAME [--json] [--rows a,b] [--quick]

${Object.entries(benches)
  .map(([name, { measures }]) => `  ${name.padEnd(12)}${measures}`)
  .join('\n')}

  --json      one JSON object on stdout, and nothing else
  --rows a,b  only these rows of the bench
  --quick     shorter, where it takes long
`

/** @returns the exit code: 2 for a call that makes no sense */
export async function main(args: string[], benches = all): Promise<number> {
  const asked = parse(args)
  if (typeof asked === 'string') return complain(asked, benches)
  const { name, json, help, options } = asked
  if (help) {
    process.stdout.write(usage(benches))
    return 0
  }
  const bench = name === undefined ? undefined : benches[name]
  if (!bench) return complain(name === undefined ? 'which bench?' : `there is no bench ${name}`, benches)
  const { run, print } = await bench.load()
  const stdout = divertStdout()
  try {
    const result = await run(options)
    if (json) stdout.write(`${JSON.stringify(result)}\n`)
    else {
      stdout.restore()
      print(result)
    }
  } finally {
    stdout.restore()
  }
  return 0
}

function complain(sentence: string, benches: Benches): number {
  process.stderr.write(`${sentence}\n${usage(benches)}`)
  return 2
}

function parse(args: string[]): string | { name: string | undefined; json: boolean; help: boolean; options: BenchOptions } {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
        rows: { type: 'string' },
        quick: { type: 'boolean', default: false },
      },
    })
    if (positionals.length > 1) return `one bench at a time, not ${positionals.join(' and ')}`
    const options = { ...(values.rows === undefined ? {} : { rows: values.rows.split(',') }), ...(values.quick ? { isQuick: true } : {}) }
    return { name: positionals[0], json: values.json, help: values.help, options }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** Sends what anybody writes to stdout to stderr, until restored. */
function divertStdout() {
  const write = process.stdout.write.bind(process.stdout)
  process.stdout.write = process.stderr.write.bind(process.stderr)
  return {
    write,
    restore: () => {
      process.stdout.write = write
    },
  }
}
