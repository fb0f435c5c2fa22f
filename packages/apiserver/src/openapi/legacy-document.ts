/** The media type in which kubectl asks for OpenAPI v2; it takes no other. */
export const LEGACY_PROTOBUF = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'

const TITLE = 'Kubernetes'

/**
 * OpenAPI v2, which describes nothing: everything is in v3. It must be there all the same, because kubectl reads it before it sends the items
 * of a `kind: List`, and gives up when it gets none; what it finds no type for it leaves to the server to validate.
 */
export function legacyDocument(version: string): object {
  return { swagger: '2.0', info: { title: TITLE, version }, paths: {} }
}

/** The same as gnostic's `openapi.v2.Document`: field 1 `swagger`, field 2 `info` of fields 1 `title` and 2 `version`. */
export function legacyProtobuf(version: string): Buffer {
  return Buffer.concat([
    field(1, Buffer.from('2.0')),
    field(2, Buffer.concat([field(1, Buffer.from(TITLE)), field(2, Buffer.from(version))])),
  ])
}

/** One length-delimited field. Lengths below 128 take one byte, and nothing here is longer. */
const field = (number: number, content: Buffer): Buffer => Buffer.concat([Buffer.from([(number << 3) | 2, content.length]), content])
