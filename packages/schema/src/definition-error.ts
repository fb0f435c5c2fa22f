/**
 * A kind cannot be defined like this: its schema has a part that an API server cannot hold to. Thrown when the definition is evaluated, so that
 * it is seen at the first start and not at the first object.
 */
export class DefinitionError extends Error {
  override readonly name = 'DefinitionError'
  /** Where in the schema, such as `spec.ports[].range`. */
  readonly path: string
  readonly problem: string

  constructor(path: string, problem: string) {
    super(`${path}: ${problem}`)
    this.path = path
    this.problem = problem
  }
}
