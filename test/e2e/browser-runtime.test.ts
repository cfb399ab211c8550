/** The contract of every runtime, for pods in a real Chromium. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RuntimePage } from '../agents/browser-runtime.ts'
import { runtimeContract } from '../agents/runtime.contract.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

let page: RuntimePage

beforeAll(async () => {
  page = await RuntimePage.open(temporaryFolder('chromium'))
})
afterAll(async () => {
  await page.close()
})

runtimeContract('browser runtime', { create: () => page.runtime(), killSignal: null, platform: 'browser' })
runtimeContract('browser runtime with a spare', { create: () => page.runtime({ isWarm: true }), killSignal: null, platform: 'browser' })

test('after all of it no frame is left, and the page has nothing to complain about', async () => {
  expect(await page.ask((side) => side.frames(), undefined)).toBe(0)
  expect(page.complaints).toEqual([])
})
