/** A kind cannot be installed as it is defined. */
export class KindInstallError extends Error {
  override readonly name = 'KindInstallError'
  /** The CRD's name. */
  readonly definition: string

  constructor(definition: string, problem: string, options?: ErrorOptions) {
    super(`${definition}: ${problem}`, options)
    this.definition = definition
  }
}
