/** A JSONPath that cannot be understood. */
export class JsonPathError extends Error {
  override readonly name = 'JsonPathError'
  /** Where in the path the trouble starts, in characters from 0. */
  readonly position: number

  constructor(path: string, position: number, problem: string) {
    super(`JSONPath "${path}" is malformed at position ${position}: ${problem}`)
    this.position = position
  }
}

/** Whether a JSONPath is malformed. */
export const isJsonPathError = (error: unknown): error is JsonPathError => error instanceof Error && error.name === 'JsonPathError'
