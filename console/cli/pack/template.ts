/** The folder that `stark pack init` makes: a pack that greets, then works until it is stopped. It needs no `npm install`. */
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Failure } from '../failure.ts'

/** @returns the files made. @throws Failure when the folder has something in it */
export async function writeTemplate(folder: string, name: string): Promise<string[]> {
  await mustBeEmpty(folder)
  const files = { 'package.json': packageJson(name), 'src/index.ts': SOURCE, 'README.md': readme(name) }
  for (const [file, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true })
    await writeFile(path.join(folder, file), text)
  }
  return Object.keys(files)
}

async function mustBeEmpty(folder: string): Promise<void> {
  try {
    if ((await readdir(folder)).length === 0) return
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return
    if (code !== 'ENOTDIR') throw error
  }
  throw new Failure('failed', `${folder} is there already and not empty: choose another name, or empty it`)
}

const packageJson = (name: string): string =>
  `${JSON.stringify(
    {
      name,
      version: '1.0.0',
      description: 'Says hello, then counts until it is stopped',
      private: true,
      type: 'module',
      stark: { runtimeTag: 'universal', entry: 'src/index.ts' },
    },
    null,
    2,
  )}\n`

const SOURCE = `import type { PackContext } from 'stark/pack'

/** Runs once in each pod. Returning is success, throwing is failure. */
export default async function main(context: PackContext) {
  const { pod, node, log, env } = context
  log.info(\`hello from \${pod.name} on \${node.name}\`)
  context.ready()
  for (let beat = 1; ; beat++) {
    await context.sleep(Number(env['EVERY_MS'] ?? 10_000)) // rejects when the pod has to stop, which ends it
    log.info(\`beat \${beat}\`)
  }
}
`

const readme = (name: string): string => `# ${name}

A pack for Stark: \`src/index.ts\` exports the function that each pod runs.

    stark deploy . --watch               # bundle, push, run
    stark deploy . --env EVERY_MS=1000   # faster
    stark logs POD --follow
    stark stop POD

A version never changes once it is pushed: raise \`version\` in \`package.json\` for the next one.

The field \`stark\` of \`package.json\`:

| field | what it says |
| --- | --- |
| \`runtimeTag\` | \`universal\` (the default), \`node\` or \`browser\`: where it can run |
| \`entry\` | the file with the default export; \`src/index.ts\` unless told |
| \`visibility\` | \`private\` (the default) or \`public\`: who else may run it |
| \`metadata\` | \`env\`, \`timeoutSeconds\`, \`minNodeVersion\`, \`isolation\` (\`process\` or \`worker\`) |
| \`labels\`, \`annotations\` | as in Kubernetes |
`
