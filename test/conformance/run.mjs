// @ts-check
/** `npm run -s conformance -- DIR`: every scenario of a folder, the project's own unless told. */
import { loadTypeScript } from '../support/load-typescript.mjs'

const { main } = await loadTypeScript('test/conformance/main.ts')
process.exitCode = await main(process.argv.slice(2))
