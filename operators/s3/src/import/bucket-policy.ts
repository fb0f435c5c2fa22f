import { isFields } from 'kubewright'
import type { Conversion } from './conversion.ts'
import type { Landscape } from './landscape.ts'
import { policyOf } from './policy.ts'
import type { References } from './references.ts'

export function bucketPolicySpec(conversion: Conversion, references: References, landscape: Landscape): object | undefined {
  const bucketRef = references.read(conversion, 'bucketRef', 'Bucket')
  const policy = policyOf(conversion, { field: 'policy', principal: (value) => principalOf(conversion, landscape, value) })
  if (bucketRef === undefined || policy === undefined) return conversion.leaveOut('it has no bucket, or no policy for it')
  const bucket = landscape.find('Bucket', bucketRef.namespace ?? conversion.namespace, bucketRef.name)
  const name = bucket?.spec.text('name')
  if (name !== undefined && name !== bucketRef.name)
    conversion.warn(
      `it was written to a bucket "${bucketRef.name}", as the Bucket is called, and not to "${name}": if there is one of that name, look at its policy; here it goes to "${name}"`,
    )
  return { bucketRef, policy }
}

/** All accounts, which is nobody: S3 takes no wildcard there. */
const USER_OF_ANY_ACCOUNT = /^arn:aws:iam::\*:user\/(?:.*\/)?([^/]+)$/

/** Principals of users that there are Users for become placeholders, which know the account. */
function principalOf(conversion: Conversion, landscape: Landscape, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => principalOf(conversion, landscape, each))
  if (isFields(value))
    return Object.fromEntries(Object.entries(value).map(([kind, each]) => [kind, principalOf(conversion, landscape, each)]))
  const [, user] = USER_OF_ANY_ACCOUNT.exec(String(value)) ?? []
  if (user === undefined) return value
  const name = landscape.userWithName(conversion.namespace, user)
  if (name !== undefined) return `\${userArn:${name}}`
  conversion.warn(
    `spec.policy: the principal ${String(value)} is nobody's: put the number of the account in place of *, or \${userArn:NAME} of a User`,
  )
  return value
}
