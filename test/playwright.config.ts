/** Journeys: what people do in a whole browser, against a control plane that the journey starts by itself. */
import { defineConfig } from '@playwright/test'
import { chromiumFlags, findBrowser } from './support/browser.mjs'

const executablePath = await findBrowser()

export default defineConfig({
  testDir: 'journeys',
  outputDir: '../test-results',
  workers: 1,
  timeout: 120_000,
  use: {
    headless: true,
    trace: 'retain-on-failure',
    launchOptions: { args: chromiumFlags, ...(executablePath ? { executablePath } : {}) },
  },
})
