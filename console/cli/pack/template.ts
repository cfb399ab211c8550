/** The folder that `stark pack init` makes, of one of the templates. It needs no `npm install`. */
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Failure } from '../failure.ts'
import { templates, type Template, type TemplateName } from './templates.ts'

/** @returns the files made. @throws Failure when the folder has something in it */
export async function writeTemplate(folder: string, name: string, kind: TemplateName = 'service'): Promise<string[]> {
  await mustBeEmpty(folder)
  const template = templates[kind]
  const files = { 'package.json': packageJson(name, template), 'src/index.ts': template.source, 'README.md': readme(name, template) }
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

const packageJson = (name: string, { description, runtimeTag }: Template): string =>
  `${JSON.stringify(
    {
      name,
      version: '1.0.0',
      description,
      private: true,
      type: 'module',
      stark: { runtimeTag, entry: 'src/index.ts' },
    },
    null,
    2,
  )}\n`

const readme = (name: string, { description, runtimeTag, examples }: Template): string => `# ${name}

${description}. \`src/index.ts\` exports the function that each pod runs.

${commands([
  ...(runtimeTag === 'browser' ? [] : [['stark pack run', 'here, without a cluster; again after each change'] as const]),
  ['stark deploy . --watch', 'bundle, push, run'],
  ...examples,
  ['stark logs POD --follow', ''],
  ['stark stop POD', ''],
])}

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

function commands(lines: readonly (readonly [command: string, comment: string])[]): string {
  const width = Math.max(...lines.map(([command]) => command.length))
  return lines.map(([command, comment]) => `    ${comment === '' ? command : `${command.padEnd(width)}   # ${comment}`}`).join('\n')
}
