import type { Conversion } from './conversion.ts'
import { policyOf } from './policy.ts'
import type { References } from './references.ts'

export function iamPolicySpec(conversion: Conversion, references: References): object | undefined {
  const policy = policyOf(conversion, { field: 'policy' })
  if (policy === undefined) return conversion.leaveOut('without a policy there is nothing to be made')
  return {
    providerRef: references.read(conversion, 'providerRef', 'Provider'),
    policy,
    tags: conversion.spec.get('tags'),
    adoptionPolicy: 'Always',
  }
}
