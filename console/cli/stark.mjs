#!/usr/bin/env node
/** The command `stark`: builds what is stale, then runs it. */
import { pathToFileURL } from 'node:url'
import path from 'node:path'
import { buildIfStale, dist } from './build.mjs'

process.setSourceMapsEnabled(true)
await buildIfStale()
await import(pathToFileURL(path.join(dist, 'stark.mjs')).href)
