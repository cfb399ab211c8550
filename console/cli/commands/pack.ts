/** pack init, bundle and push; pack run is pack-run.ts, and the other verbs of packs come from the server. */
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Option, type Command } from 'commander'
import { Check } from 'typebox/value'
import { PackName } from '../../../kernel/schema/pack.ts'
import { Failure } from '../failure.ts'
import { bundlePack } from '../pack/bundle.ts'
import { readManifest } from '../pack/manifest.ts'
import { pushPack } from '../pack/push.ts'
import { writeTemplate } from '../pack/template.ts'
import { TEMPLATES, type TemplateName } from '../pack/templates.ts'
import { render } from '../render.ts'
import { examples, formatOf, optionsOf, type GlobalOptions, type Shell } from '../shell.ts'
import { bytes } from '../table.ts'
import { addPackRun } from './pack-run.ts'

export function addPack(group: Command, shell: Shell): void {
  const init = group
    .command('init')
    .description('make a folder with a pack, in TypeScript')
    .argument('<name>', 'the name of the pack, and of the folder')
    .addOption(
      new Option('--template <name>', 'service runs until it is stopped, job does its work once, browser needs a tab')
        .choices(TEMPLATES)
        .default('service'),
    )
    .action((name: string, _: unknown, command: Command) =>
      initialise(shell, name, optionsOf<{ template: TemplateName }>(command).template),
    )
  examples(init, 'stark pack init hello && stark deploy ./hello --watch', 'stark pack init adder --template job')
  const bundle = group
    .command('bundle')
    .description('make one ES module of a pack')
    .argument('[dir]', 'the folder with its package.json', '.')
    .option('--out <file>', 'where it is written; dist/bundle.mjs in the folder unless told')
    .action((folder: string, _: unknown, command: Command) => writeBundle(shell, folder, optionsOf(command)))
  examples(bundle, 'stark pack bundle', 'stark pack bundle ./hello --out /tmp/hello.mjs')
  const push = group
    .command('push')
    .description('bundle a pack and give it to the server')
    .argument('[dir]', 'the folder with its package.json', '.')
    .action((folder: string, _: unknown, command: Command) => pushFolder(shell, folder, optionsOf(command)))
  examples(push, 'stark pack push ./hello', 'stark pack push ./hello -o name')
  addPackRun(group, shell)
}

async function initialise({ terminal }: Shell, name: string, template: TemplateName): Promise<void> {
  if (!Check(PackName, name))
    throw new Failure(
      'usage',
      `"${name}" cannot be a pack's name: it has lower-case letters, digits, ".", "_" and "-", 63 at most, and may follow @scope/`,
    )
  const folder = path.basename(name)
  for (const file of await writeTemplate(folder, name, template)) terminal.line(path.join(folder, file))
  terminal.note(`now: stark deploy ./${folder} --watch`)
}

async function writeBundle({ terminal }: Shell, folder: string, options: { readonly out?: string } & GlobalOptions): Promise<void> {
  const manifest = await readManifest(folder)
  const { bytes: content, sha256, map } = await bundlePack(manifest)
  const file = options.out ?? path.join(folder, 'dist', 'bundle.mjs')
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, content)
  await writeFile(`${file}.map`, map)
  const { name, version, settings } = manifest
  const made = { name, version, runtimeTag: settings.runtimeTag, file, bytes: content.length, sha256 }
  if (formatOf(options) === 'json') terminal.line(JSON.stringify(made, null, 2))
  else if (formatOf(options) === 'name') terminal.line(file)
  else terminal.line(`${name}@${version} (${settings.runtimeTag}) is ${file}: ${bytes(content.length)}, sha-256 ${sha256}`)
}

async function pushFolder(shell: Shell, folder: string, options: GlobalOptions): Promise<void> {
  const manifest = await readManifest(folder)
  const bundle = await bundlePack(manifest)
  const { pack, isNew } = await pushPack(await shell.connect(options), manifest, bundle)
  if (!isNew) shell.terminal.note(`${pack.name}@${pack.version} is on the server already, with the same bundle`)
  for (const line of render(pack, { format: formatOf(options), noun: 'packs', nowMs: Date.now() })) shell.terminal.line(line)
}
