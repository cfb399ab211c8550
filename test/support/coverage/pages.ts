/** Keeps which scripts a page ran, for coverage.ts, where coverage is asked for. What workers of the page run is not seen. */
import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright'

const folder = process.env['COVERAGE_FOLDER']

const recorded = new WeakSet<Page>()

/** @param page before it loads anything */
export async function recordPage(page: Page): Promise<void> {
  if (folder === undefined) return
  await page.coverage.startJSCoverage({ resetOnNavigation: false })
  recorded.add(page)
}

/** @param page before it is closed; one that was not recorded is left alone */
export async function keepPage(page: Page): Promise<void> {
  if (folder === undefined || page.isClosed() || !recorded.delete(page)) return
  const scripts = await page.coverage.stopJSCoverage()
  const own = scripts.filter(({ url }) => /^https?:.*\.js$/.test(url)).map(({ url, functions }) => ({ url, functions }))
  writeFileSync(path.join(folder, `${randomUUID()}.json`), JSON.stringify(own))
}
