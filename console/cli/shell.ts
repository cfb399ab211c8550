/** What every command is handed: the terminal, the environment, and the way to the server. */
import type { Command } from 'commander'
import { DEFAULT_SERVER, serverAddress } from './address.ts'
import { Api } from './api.ts'
import { configFolder, CredentialFile } from './credentials.ts'
import type { Format } from './render.ts'
import { fixedBearer, storedBearer } from './session.ts'
import type { Terminal } from './terminal.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** Options that every command takes. */
export interface GlobalOptions {
  readonly server?: string
  readonly insecure?: boolean
  readonly output?: Format
}

export class Shell {
  readonly terminal: Terminal
  readonly environment: Environment
  readonly folder: string
  readonly credentials: CredentialFile

  constructor(terminal: Terminal, environment: Environment) {
    this.terminal = terminal
    this.environment = environment
    this.folder = configFolder(environment)
    this.credentials = new CredentialFile(this.folder)
  }

  /** --server, else STARK_SERVER, else where you logged in last. @throws Failure when it is no address, or not a safe one */
  async server({ server, insecure }: GlobalOptions): Promise<string> {
    const named = server ?? this.#variable('STARK_SERVER') ?? (await this.credentials.read()).current ?? DEFAULT_SERVER
    return this.safeAddress(named, insecure)
  }

  safeAddress(text: string, insecure = false): string {
    return serverAddress(text, { isInsecure: insecure || this.environment['STARK_INSECURE'] === '1' })
  }

  /** The API, with the login or token that belongs to the server. */
  async connect(options: GlobalOptions): Promise<Api> {
    const server = await this.server(options)
    const token = this.#variable('STARK_TOKEN')
    return new Api(server, token === undefined ? storedBearer(server, this.credentials) : fixedBearer(token))
  }

  #variable(name: string): string | undefined {
    const value = this.environment[name]
    return value === '' ? undefined : value
  }
}

export const formatOf = (options: GlobalOptions): Format => options.output ?? 'table'

/** A command's own options together with those that every command takes. */
export const optionsOf = <T extends object>(command: Command): T & GlobalOptions => command.optsWithGlobals<T & GlobalOptions>()

/** Under a command's help. */
export function examples(command: Command, ...lines: readonly string[]): Command {
  return command.addHelpText('after', `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`)
}
