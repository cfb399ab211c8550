/** lite prints each SQL error, with the values in it, although its caller gets the error too. */
export function silenceConsole(): { restore: () => void } {
  const { error, warn, log } = console
  const nothing = () => {}
  Object.assign(console, { error: nothing, warn: nothing, log: nothing })
  return { restore: () => void Object.assign(console, { error, warn, log }) }
}
