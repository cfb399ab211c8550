/** What processes there are, asked of Linux. */
import { readdirSync, readFileSync } from 'node:fs'

export interface ProcessFacts {
  readonly pid: number
  readonly parent: number
  readonly state: string
  readonly command: string
}

export function factsOf(pid: number): ProcessFacts | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const [state = '', parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { pid, parent: Number(parent), state, command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ') }
  } catch {
    return undefined
  }
}

/** Dead processes that nobody has waited for yet are gone all the same. */
export const isAlive = (pid: number): boolean => !['Z', 'X', undefined].includes(factsOf(pid)?.state)

export const childrenOf = (pid: number): ProcessFacts[] => processes().filter(({ parent }) => parent === pid)

/** @param text in their command lines */
export const processesNaming = (text: string): ProcessFacts[] => processes().filter(({ command }) => command.includes(text))

const processes = (): ProcessFacts[] =>
  readdirSync('/proc')
    .map(Number)
    .filter((each) => Number.isInteger(each))
    .flatMap((each) => factsOf(each) ?? [])
    .filter(({ state }) => state !== 'Z')
