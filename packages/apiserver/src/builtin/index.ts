// What is known of the built-in kinds, from a table that is generated from Kubernetes' Go types (scripts/generate). Pure; the table is read when it
// is first needed. How a kind behaves (strategies, validation, defaults by code) does not belong here.
export { patchSchemaOf } from './builtin-patch-schema.ts'
export { schemaOf } from './builtin-schema.ts'
export { kindOfType } from './kind-type.ts'
