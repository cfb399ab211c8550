/**
 * What vitest runs: unit (everything fast), contract (one suite a seam), browser (the scheduler's tests again, in Chromium) and
 * e2e (real processes, one file at a time). Groups run one after the other, so that the heavy ones do not disturb each other.
 */
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { chromiumFlags, findBrowser } from './support/browser.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const executablePath = await findBrowser()
const workers = Math.min(4, availableParallelism())

/** The same files run in Node.js and in Chromium: the kernel is isomorphic, and this is the proof. */
const isomorphic = ['test/kernel/scheduling*.test.ts']

export default defineConfig({
  root,
  test: {
    globalSetup: ['test/support/build-once.ts'],
    setupFiles: ['test/support/seed.ts'],
    coverage: {
      provider: 'v8',
      include: ['kernel/**/*.ts', 'plugins/**/*.ts', 'agents/**/*.ts', 'console/**/*.ts'],
      exclude: ['test/**'],
      // coverage.ts adds to it what ran in other processes.
      reporter: ['json'],
      reportsDirectory: 'coverage',
      reportOnFailure: true,
    },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/contract/**', 'test/security/**', 'test/e2e/**'],
          // Above what one wait may take (support/wait-for.ts), so that the wait says what it waited for.
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: workers,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'contract',
          include: ['test/contract/**/*.test.ts', 'test/security/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          // Each file holds a whole database.
          maxWorkers: Math.min(2, workers),
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: isomorphic,
          testTimeout: 30_000,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: { args: chromiumFlags, ...(executablePath ? { executablePath } : {}) } }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          maxWorkers: 1,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
})
