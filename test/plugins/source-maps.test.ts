/** Source maps of packs: who may give one, and what becomes of stack traces. */
import { build } from 'esbuild'
import { describe, expect, test } from 'vitest'
import { nodeOf, userNamed } from '../support/calls.ts'
import { startCluster } from '../support/cluster.ts'

const SOURCE = 'const nothing = 1\n\nexport default function main() {\n  throw new Error(`no`)\n}\n'

async function mapOf(source: string): Promise<Buffer> {
  const stdin = { contents: source, sourcefile: 'src/index.ts', loader: 'ts' } as const
  const { outputFiles } = await build({ stdin, bundle: true, format: 'esm', sourcemap: 'external', write: false, outfile: 'bundle.mjs' })
  return Buffer.from(outputFiles.find(({ path }) => path.endsWith('.map'))?.contents ?? [])
}

const STACK = 'Error: no\n    at main (bundle.mjs:3:9)\n    at run (other.mjs:3:9)'

async function failWith(stack: string, map?: Buffer) {
  const cluster = await startCluster()
  const { pack, join, run, report, call, pod } = cluster
  if (map) await call('packs.uploadMap', { id: pack.id, bytes: map })
  await join()
  const placed = await run({ restartPolicy: 'Never' })
  await report(placed, { status: 'running' })
  const error = { name: 'Error', message: 'no', stack }
  await report(placed, { status: 'failed', exit: { code: 1, signal: null, result: null, error } })
  return pod(placed.id)?.exit?.error?.stack
}

describe('a stack trace', () => {
  test("names the author's lines where the map of the bundle is known, and leaves what is not in it", async () => {
    expect(await failWith(STACK, await mapOf(SOURCE))).toBe('Error: no\n    at main (src/index.ts:4:9)\n    at run (other.mjs:3:9)')
  })

  test('stays as it is without a map', async () => {
    expect(await failWith(STACK)).toBe(STACK)
  })

  test('is not made into something else by the names that a map gives its sources', async () => {
    const map = JSON.parse((await mapOf(SOURCE)).toString()) as { sources: string[] }
    map.sources = [`a\n    at forged (${'x'.repeat(300)}.ts`]
    const stack = await failWith(STACK, Buffer.from(JSON.stringify(map)))
    expect(stack?.split('\n')).toHaveLength(3)
    expect(stack?.length).toBeLessThan(500)
  })
})

describe('a source map', () => {
  test.each([
    ['no JSON', Buffer.from('nonsense'), 'INVALID_BUNDLE'],
    ['no map', Buffer.from('{"version":3}'), 'INVALID_BUNDLE'],
    ['too large', Buffer.alloc(16_000_001), 'BUNDLE_TOO_LARGE'],
  ])('that is %s is refused', async (_, bytes, code) => {
    const { call, pack } = await startCluster()
    await expect(call('packs.uploadMap', { id: pack.id, bytes })).rejects.toMatchObject({ code })
  })

  test("is not taken for somebody else's pack, nor from a node", async () => {
    const { call, pack } = await startCluster()
    const bytes = await mapOf(SOURCE)
    const stranger = userNamed('eve', 'a0000000-0000-4000-8000-0000000000ee')
    for (const who of [stranger, nodeOf('b0000000-0000-4000-8000-000000000001')]) {
      await expect(call('packs.uploadMap', { id: pack.id, bytes }, { who })).rejects.toMatchObject({
        code: expect.stringMatching(/NOT_FOUND|FORBIDDEN/),
      })
    }
  })
})
