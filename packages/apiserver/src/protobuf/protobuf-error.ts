/** A request body that cannot be read as Kubernetes protobuf. */
export class ProtobufError extends Error {
  override readonly name = 'ProtobufError'
  /** True: well-formed, but of a kind that is not in the table of built-in types, so answer 415. False: broken, so answer 400. */
  readonly unsupported: boolean

  constructor(message: string, options: { readonly unsupported: boolean }) {
    super(message)
    this.unsupported = options.unsupported
  }
}
