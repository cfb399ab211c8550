/**
 * Says so where a browser is too old for the console, instead of an empty page. Loaded before anything that would fail there.
 * What is needed: arrays that are sorted into new ones (Chrome 110, Firefox 115, Safari 16) and dialogs, which are older.
 */
const NEEDED: Readonly<Record<string, boolean>> = {
  'Array.prototype.toSorted': 'toSorted' in Array.prototype,
  'the element dialog': 'HTMLDialogElement' in globalThis,
}

const missing = Object.keys(NEEDED).filter((name) => !NEEDED[name])
if (missing.length > 0) {
  document.body.textContent = `This browser is too old for the console: it lacks ${missing.join(' and ')}. The command line needs no browser: npx stark --help`
  throw new Error(`the console needs ${missing.join(' and ')}`)
}
