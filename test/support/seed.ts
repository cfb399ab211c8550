/**
 * Property tests draw the same cases in every run, so that a red one is red for everybody; SEED=N draws others, and SEED=random
 * different ones each time.
 */
import fc from 'fast-check'

const given = typeof process === 'undefined' ? undefined : process.env['SEED']

if (given !== 'random') fc.configureGlobal({ seed: Number(given ?? 20_261_121) })
