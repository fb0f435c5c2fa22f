// Structural OpenAPI schemas as custom resources have them: whether a schema is one, and what it does to objects (prune, default, validate), in
// the words of kube-apiserver 1.36. Pure; knows nothing of HTTP, storage or built-in kinds.
export { type CompiledSchema, compileSchema } from './compile.ts'
export { unrecognizedFormats } from './notes.ts'
export type { Json, JsonMap, Schema } from './schema.ts'
export { checkStructural } from './structural.ts'
