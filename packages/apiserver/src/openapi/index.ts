// The OpenAPI v3 documents that kubectl validates, explains and applies by. Made when asked for, from the table of built-in types and the schemas
// of custom kinds.
export { customModelName } from './custom-components.ts'
export { type OpenApiDocument, openApiDocument } from './document.ts'
export type { GroupVersionResources, OpenApiResource } from './group-version.ts'
export { legacyDocument } from './legacy-document.ts'
export { LEGACY_PROTOBUF, legacyProtobuf } from './legacy-protobuf.ts'
export { openApiHash, openApiIndex } from './openapi-index.ts'
