/**
 * Applies supabase/migrations as the Supabase CLI would: each file once, whole or not at all, in the order of their names, and noted in
 * the CLI's own table, so that the CLI sees later what is there.
 */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { PGlite } from '@electric-sql/pglite'

const FILE = /^(\d{14})_(.+)\.sql$/

/** @returns the names of the files that were applied now */
export async function migrate(database: PGlite, folder: string): Promise<string[]> {
  const { rows } = await database.query<{ version: string }>('select version from supabase_migrations.schema_migrations')
  const done = new Set(rows.map((row) => row.version))
  const applied: string[] = []
  for (const file of readdirSync(folder).sort()) {
    const [, version, name] = FILE.exec(file) ?? []
    if (version === undefined || name === undefined || done.has(version)) continue
    const sql = readFileSync(path.join(folder, file), 'utf8')
    // Statements sent together are one transaction; an explicit one would leave the only session aborted when it fails.
    const note = `insert into supabase_migrations.schema_migrations (version, name, statements)
      values (${literal(version)}, ${literal(name)}, array[${literal(sql)}])`
    try {
      await database.exec(`${sql}\n;${note}`)
    } catch (error) {
      throw new Error(`migration ${file} failed: ${(error as Error).message}`, { cause: error })
    }
    applied.push(file)
  }
  return applied
}

/** Only for files of ours: with standard_conforming_strings a quote is all that has to be escaped. */
const literal = (text: string) => `'${text.replaceAll("'", "''")}'`
