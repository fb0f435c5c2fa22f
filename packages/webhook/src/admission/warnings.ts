/**
 * Warnings are HTTP headers: the API server cuts one of more than 256 characters when all together have more than 4,096, and drops the rest. It counts
 * characters of Unicode, and not what JavaScript counts. Keep one to 120: more is not read.
 */
const LONGEST = 256
const LONGEST_TOGETHER = 4_096

/** What is told to the user beside the verdict: kubectl prints each as `Warning: …`. */
export class Warnings {
  readonly #texts = new Set<string>()
  #length = 0

  /** The same text is told once. */
  add(text: string): void {
    const line = cut(oneLine(text))
    const length = [...line].length
    if (line === '' || this.#texts.has(line) || this.#length + length > LONGEST_TOGETHER) return
    this.#texts.add(line)
    this.#length += length
  }

  get texts(): readonly string[] {
    return [...this.#texts]
  }
}

/** A header holds neither line breaks nor other control characters, and no half of a character; the API server drops a warning that has them. */
const oneLine = (text: string) =>
  text
    .toWellFormed()
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim()

/** Never in the middle of a character that takes two code units. */
function cut(text: string): string {
  const characters = [...text]
  return characters.length > LONGEST ? `${characters.slice(0, LONGEST - 3).join('')}...` : text
}
