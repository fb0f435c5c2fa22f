// The OpenAPI v3 documents that kubectl validates, explains and applies by. Made when asked for, from the table of built-in types and the schemas
// of custom kinds.
export { type OpenApiDocument, openApiDocument } from './document.ts'
export type { GroupVersionResources, OpenApiResource } from './group-version.ts'
export { LEGACY_PROTOBUF, legacyDocument, legacyProtobuf } from './legacy-document.ts'
export { openApiHash, openApiIndex } from './openapi-index.ts'
