// What the API server asks of a program: whether an object may be, what it should be, and how it reads in another version.

export type {
  DefaultContext,
  DefaultHook,
  HookContext,
  ValidateConnectContext,
  ValidateConnectHook,
  ValidateContext,
  ValidateDeleteContext,
  ValidateDeleteHook,
  ValidateHook,
} from './admission/context.ts'
export { type SubresourceHooks, type WebhookDefinition, type WebhookOptions, webhooks } from './admission/definition.ts'
export { DeniedError, isDenied } from './admission/denied-error.ts'
export { FieldErrors, type FieldPath } from './admission/field-errors.ts'
export type { AdmissionRequest, AdmissionResponse, AdmissionStatus, Operation, UserInfo } from './admission/review.ts'
export type { MatchCondition, RuleOptions } from './admission/rule-options.ts'
export { ROTATE_ANNOTATION } from './certificates/secret-store.ts'
export type { RotationOptions } from './certificates/settings.ts'
export type { CertificateOptions } from './certificates/source.ts'
export { type ConfigurationOptions, configurationsOf, conversionOf } from './configuration/configurations.ts'
export type { WebhookConfiguration } from './configuration/kinds.ts'
export type { Reach } from './configuration/reach.ts'
export { conversion } from './conversion/conversion.ts'
export type { ConversionDefinition, HubConverters } from './conversion/converters.ts'
export { KEPT_ANNOTATION_PREFIX, lossless } from './conversion/lossless.ts'
export { checkRoundTrip } from './conversion/round-trip.ts'
export type { WebhookServerOptions } from './webhook-options.ts'
export { type WebhookServer, webhookServer } from './webhook-server.ts'
