/**
 * Rate limits: calls per caller; logins per account, and per account and address; what comes without a good credential per
 * address. Who is over one is refused with TOO_MANY and the seconds to wait, before anything costs more.
 * Taps meter and settled.
 */
import { KernelError, type Attempt, type Plugin } from '../../kernel/index.ts'
import { Buckets, type Rate } from './buckets.ts'

/** Tries of one account from one address: ten, and one more each minute and a half. A success makes them anew. */
const ACCOUNT_AT_ADDRESS: Rate = { burst: 10, perSecond: 1 / 90 }
/** Tries of one account from everywhere: many, so that strangers cannot easily lock its owner out. */
const ACCOUNT: Rate = { burst: 100, perSecond: 1 / 10 }
/** Logins and the like from one address, good or bad. */
const ADDRESS: Rate = { burst: 300, perSecond: 5 }
/** Credentials from one address that are not good. */
const FAILURES: Rate = { burst: 300, perSecond: 1 }
/** A caller's burst is this many seconds of its rate. */
const BURST_SECONDS = 10

export interface RateLimitOptions {
  /** Calls of one user, token or node; 0 is without limit. */
  readonly callsPerSecond: number
}

export const rateLimit = ({ callsPerSecond }: RateLimitOptions): Plugin => ({
  name: 'rate-limit',
  apply({ operations, clock }) {
    const buckets = (rate: Rate) => new Buckets(rate, clock.now)
    const callers = buckets({ burst: callsPerSecond * BURST_SECONDS, perSecond: callsPerSecond })
    const [addresses, failures] = [buckets(ADDRESS), buckets(FAILURES)]
    const [accounts, accountsAtAddresses] = [buckets(ACCOUNT), buckets(ACCOUNT_AT_ADDRESS)]

    operations.meter.tap('rate-limit', (attempt) => {
      const { operation, remote, who, input } = attempt
      if (input) {
        const account = accountOf(attempt)
        if (account === undefined) return
        refuse(accountsAtAddresses.take(`${account}\n${remote}`), 'tries to log in to this account')
        refuse(accounts.take(account), 'tries to log in to this account')
      } else if (who) {
        // Taken when it arrived, before it was known to be good: so a flood is counted, and not only its first answers.
        failures.giveBack(remote)
        if (callsPerSecond > 0) refuse(callers.take(who.id), 'calls')
      } else if (operation?.permission !== null) {
        refuse(failures.take(remote), 'calls without a good credential from this address')
      } else if (!operation.isAlwaysOpen) {
        refuse(addresses.take(remote), 'tries to log in from this address')
      }
    })
    operations.settled.tap('rate-limit', (settled) => {
      const account = accountOf(settled)
      if (account === undefined || settled.error !== undefined) return
      accountsAtAddresses.forget(`${account}\n${settled.remote}`)
      accounts.giveBack(account)
    })
  },
})

function refuse(seconds: number, what: string): void {
  if (seconds === 0) return
  const details = { retryAfterSeconds: seconds }
  throw new KernelError('TOO_MANY', `too many ${what}: wait ${seconds} seconds`, { details })
}

/** Whose password a call tries, once its input is known. */
function accountOf({ operation, input, who }: Attempt): string | undefined {
  if (!operation || !input) return undefined
  if ('email' in input && typeof input.email === 'string' && 'password' in input && operation.permission === null)
    return input.email.toLowerCase()
  return 'currentPassword' in input ? who?.id : undefined
}
