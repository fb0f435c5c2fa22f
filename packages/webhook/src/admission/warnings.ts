/**
 * Warnings are HTTP headers: the API server cuts one of more than 256 characters when all together have more than 4,096, and drops the rest. Keep
 * one to 120 characters: more is not read.
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
    if (line === '' || this.#texts.has(line) || this.#length + line.length > LONGEST_TOGETHER) return
    this.#texts.add(line)
    this.#length += line.length
  }

  get texts(): readonly string[] {
    return [...this.#texts]
  }
}

/** A header holds neither line breaks nor other control characters; the API server drops a warning that has them. */
const oneLine = (text: string) => text.replaceAll(/[\u0000-\u001f\u007f]+/g, ' ').trim()

const cut = (text: string) => (text.length > LONGEST ? `${text.slice(0, LONGEST - 3)}...` : text)
