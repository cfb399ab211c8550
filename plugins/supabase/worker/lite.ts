/**
 * The only import of @supabase/lite. Each of its files replaces process.emitWarning by a function that throws when it is given an Error,
 * as Node.js does for a leak of listeners: it is put back.
 */
const emitWarning = process.emitWarning.bind(process)
export const { App, setExperimental } = await import('@supabase/lite')
export const { createPgliteConnection } = await import('@supabase/lite/pglite')
process.emitWarning = emitWarning
