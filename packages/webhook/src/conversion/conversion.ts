import { ConfigurationError, type GroupVersionKind } from '@kubewright/core'
import type { KindDefinition } from '@kubewright/schema'
import type { ConversionDefinition, HubConverters } from './converters.ts'

/** A kind that may know how its versions become each other, as `defineKind` makes it. */
type ConvertedKind = GroupVersionKind & { readonly plural?: string; readonly converters?: KindDefinition['converters'] }

/**
 * The versions of a kind and how they become each other, ready to be served: `conversion(Website)`, or with converters of one's own.
 * @throws ConfigurationError
 */
export function conversion(kind: ConvertedKind, converters: HubConverters | undefined = kind.converters): ConversionDefinition {
  const refuse = (problem: string): never => {
    throw new ConfigurationError(`conversion of ${kind.kind}: ${problem}`)
  }
  const { plural, group } = kind
  if (plural === undefined) return refuse('the kind has no "plural": add it, because it is a part of its definition\'s name')
  if (group === '') refuse('the kinds of the core group are not converted by webhooks')
  if (converters === undefined) return refuse('its versions have no converters: give them, or let the API server convert (strategy None)')
  const { hub, versions } = converters
  if (versions.every((version) => version === hub)) refuse('"versions" is empty: name those besides the hub')
  if (new Set(versions).size !== versions.length) refuse('"versions" has one of them twice')
  return { group, kind: kind.kind, plural, converters }
}
