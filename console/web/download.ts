/** Gives somebody a file, as a link to one would. */

/** The address of a file must live until the browser has taken it. */
const KEPT_MS = 10_000

export function download(content: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(content)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS)
}
