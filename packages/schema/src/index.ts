// A kind, defined once: its TypeScript types, its structural CRD, its checks, and the rights that working with it takes.
export { z } from 'zod'
export { type CustomResource, defineKind, type KindDefinition, type NewObject, type ObjectOf } from './definition.ts'
export { DefinitionError } from './definition-error.ts'
export type { Immutable } from './immutable.ts'
export { InvalidObjectError } from './invalid-object.ts'
export type { KindOptions } from './kind-options.ts'
export { mergeRules, ownRule, type PolicyRule, rbac, readRule, reconcileRules } from './permissions.ts'
export type {
  CrdManifest,
  CustomResourceVersion,
  PrinterColumn,
  ScaleSubresource,
  StructuralSchema,
  ValidationRule,
} from './structural.ts'
export { anyFields, embeddedObject, intOrString, timestamp } from './types.ts'
