// A kind, defined once: its types, its structural CRD, its checks, its documents, and the rights that working with it takes.
export { z } from 'zod'
export { DefinitionError } from './definition-error.ts'
export { conditions } from './fields/conditions.ts'
export { atomic, type ListOptions as ListFieldOptions, listMap, listSet } from './fields/lists.ts'
export { anyFields, embeddedObject, preserveUnknown } from './fields/objects.ts'
export { type CelOptions, cel, type HowMany, immutable, immutableFields, oneOfFields, webhookOnly } from './fields/rules.ts'
export { cidr, type DurationOptions, duration, intOrString, quantity, timestamp } from './fields/scalars.ts'
export { timeZone, weeklyWindow } from './fields/weekly-window.ts'
export type { CrdOptions } from './kind/crd.ts'
export { defineKind } from './kind/definition.ts'
export type { Immutable } from './kind/immutable.ts'
export { InvalidObjectError } from './kind/invalid-object.ts'
export type { CustomResource, DefinedKind, KindDefinition, KindVersion, NewObject, ObjectOf, VersionTypes } from './kind/kind-definition.ts'
export type { KindOptions, VersionOptions } from './kind/kind-options.ts'
export {
  type DeclaredController,
  type DeclaredKind,
  EVENT_RULES,
  LEASE_RULES,
  type PermissionOptions,
  permissionsOf,
} from './permissions/controller-permissions.ts'
export { mergeRules, ownRule, type PolicyRule, rbac, readRule, reconcileRules } from './permissions/permissions.ts'
export { essenceOf } from './source/equivalence.ts'
export { type GivenCrd, type KindSourceOptions, kindSource } from './source/kind-source.ts'
export type {
  CrdConversion,
  CrdManifest,
  CustomResourceVersion,
  PrinterColumn,
  ScaleSubresource,
  StructuralSchema,
  ValidationRule,
  WebhookClientConfig,
} from './structural/structural.ts'
export {
  type Conversion,
  ConversionError,
  type Converters,
  type Convertible,
  type ConvertibleObject,
  type OtherVersion,
} from './versions/version.ts'
