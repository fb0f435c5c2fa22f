import type { Conversion } from './conversion.ts'
import { policyOf } from './policy.ts'
import type { References } from './references.ts'
import { rotationOf } from './rotation.ts'

export function accessKeySpec(conversion: Conversion, references: References): object | undefined {
  const { spec } = conversion
  const userRef = references.read(conversion, 'userRef', 'User')
  if (userRef === undefined) {
    return conversion.leaveOut('spec.userRef names no User, and so there is nobody to have the key')
  }
  const policy = policyOf(conversion, { field: 'policy' })
  if (policy !== undefined) conversion.warn('spec.policy had no effect there, and has one here: it becomes an inline policy of the user')
  return {
    providerRef: references.read(conversion, 'providerRef', 'Provider'),
    userRef,
    displayName: spec.text('displayName'),
    policy,
    tags: spec.get('tags'),
    rotate: spec.has('rotate') ? rotationOf(conversion, spec.child('rotate')) : undefined,
    // The key that its users have.
    adoptionPolicy: 'Always',
  }
}
