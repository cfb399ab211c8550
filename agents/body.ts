/** Reads the body of an answer, of whose length nobody but its server knows, up to a limit. */

/** @throws what tooLong makes when there is more, and lets go of the rest */
export async function readBody(response: Response, bytesMax: number, tooLong: () => Error): Promise<Uint8Array<ArrayBuffer>> {
  const reader = response.body?.getReader()
  const chunks: Uint8Array[] = []
  let bytes = 0
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    bytes += part.value.byteLength
    if (bytes > bytesMax) {
      await reader?.cancel()
      throw tooLong()
    }
    chunks.push(part.value)
  }
  const whole = new Uint8Array(bytes)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.byteLength
  }
  return whole
}
