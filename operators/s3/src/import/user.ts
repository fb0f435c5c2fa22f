import { isFields } from 'kubewright'
import type { Conversion } from './conversion.ts'
import { policyOf } from './policy.ts'
import type { References } from './references.ts'

export function userSpec(conversion: Conversion, references: References): object {
  const { spec } = conversion
  const name = spec.text('name') ?? ''
  const policyRef = references.read(conversion, 'policyRef', 'IAMPolicy')
  const given = policyOf(conversion, { field: 'policy' })
  if (policyRef !== undefined)
    conversion.warn(
      `beside what spec.policyRef names, it was given the inline policy "${name}-policy" with s3:*. That stays on the server until you remove it: aws iam delete-user-policy --user-name ${name} --policy-name ${name}-policy`,
    )
  if (policyRef !== undefined && given !== undefined)
    conversion.warn('spec.policy and spec.policyRef exclude each other: spec.policy is left out')
  return {
    providerRef: references.read(conversion, 'providerRef', 'Provider'),
    name,
    policy: policyRef === undefined ? (given ?? madeUpPolicy(conversion, name)) : undefined,
    policyRef,
    tags: spec.get('tags'),
    adoptionPolicy: 'Always',
  }
}

/** What a user without a policy was given. Who relies on it must not lose it by moving over, and who reads it sees what there is. */
function madeUpPolicy(conversion: Conversion, name: string): object {
  const tags = conversion.spec.get('tags')
  const bucket = isFields(tags) && typeof tags['Bucket'] === 'string' ? tags['Bucket'] : name
  conversion.warn(`it had no policy, and was given s3:* for the bucket "${bucket}": that is written out in spec.policy now; narrow it`)
  return {
    version: '2012-10-17',
    statement: [{ effect: 'Allow', action: ['s3:*'], resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`] }],
  }
}
