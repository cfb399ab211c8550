/**
 * Supabase's embeddable build, set up as little of a server as it can be: no studio, no admin mode, no page about the system. Also
 * what the tests put in front of a PostgreSQL server.
 */
import type { IAppConfig } from '@supabase/lite'
import type { Keys } from '../keys.ts'
import { App, setExperimental } from './lite.ts'
import { objectFiles } from './object-files.ts'

/** The largest bundle, and room for the request around it. */
const OBJECT_BYTES_MAX = 64_000_000
/** Above any list that is read through PostgREST; pages of records come from a function. */
const ROWS_MAX = 50_000
const PASSWORD_LENGTH_MIN = 8

export interface AppOptions {
  readonly connection: IAppConfig['connection']
  readonly keys: Keys
  /** Folder for the bytes of Storage. */
  readonly storage: string
}

export async function createApp({ connection, keys, storage }: AppOptions): Promise<InstanceType<typeof App>> {
  setExperimental('storage', true)
  const app = new App({
    connection,
    studio: { enabled: false },
    api: { max_rows: ROWS_MAX },
    storage: { enabled: true, file_size_limit: OBJECT_BYTES_MAX },
    auth: {
      enabled: true,
      jwt_secret: keys.jwtSecret,
      publishable_key: keys.publishableKey,
      secret_key: keys.secretKey,
      site_url: 'http://127.0.0.1',
      minimum_password_length: PASSWORD_LENGTH_MIN,
      enable_signup: true,
      email: { enable_signup: true, enable_confirmations: false },
    },
    options: { server: { disableStudio: true } },
  })
  app._storageAdapter = objectFiles(storage)
  await app.init()
  await app.ensureSystemSchema()
  return app
}
