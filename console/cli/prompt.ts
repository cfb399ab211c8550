/** Questions to a person, and what is piped in instead. */
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { Failure } from './failure.ts'

const PIPED_BYTES_MAX = 4096
const PIPED_TEXT_BYTES_MAX = 262_144

/** @param isSecret what is typed does not appear. @throws Failure when nobody is there to answer, or the question is left with Ctrl-C */
export async function ask(question: string, { isSecret = false, otherwise }: { isSecret?: boolean; otherwise: string }): Promise<string> {
  if (!process.stdin.isTTY) throw new Failure('usage', `nobody is here to answer "${question}": ${otherwise}`)
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: isSecret ? silent : process.stderr, terminal: true })
  const left = new AbortController()
  // Ctrl-C and Ctrl-D.
  for (const event of ['SIGINT', 'close'] as const) lines.once(event, () => left.abort())
  try {
    if (isSecret) process.stderr.write(`${question}: `)
    return (await lines.question(isSecret ? '' : `${question}: `, { signal: left.signal })).trim()
  } catch (error) {
    throw new Failure('failed', 'you left before answering; nothing was changed', { cause: error })
  } finally {
    if (isSecret) process.stderr.write('\n')
    lines.close()
  }
}

/** All that is piped in, without the line break at its end. @throws Failure when it is empty or too long */
export async function readAllPiped(what: string): Promise<string> {
  const text = (await readStdin(what, PIPED_TEXT_BYTES_MAX)).replace(/\r?\n$/, '')
  if (text === '') throw new Failure('usage', `${what} was to come on stdin, and nothing did: pipe it in`)
  return text
}

async function readStdin(what: string, most: number): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > most) throw new Failure('usage', `${what} on stdin has more than ${most} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** The first line of what is piped in, without its line break. @throws Failure when it is empty or too long */
export async function readPiped(what: string): Promise<string> {
  const [line = ''] = (await readStdin(what, PIPED_BYTES_MAX)).split(/\r?\n/, 1)
  if (line === '') throw new Failure('usage', `${what} was to come on stdin, and nothing did: pipe it in`)
  return line
}
