// @ts-check
/** `npm run bench -- NAME`: builds what is stale and runs the bench. */
import { buildIfStale } from '../../console/cli/build.mjs'
import { loadTypeScript } from '../support/load-typescript.mjs'

await buildIfStale()
const { main } = await loadTypeScript('test/bench/main.ts')
process.exitCode = await main(process.argv.slice(2))
