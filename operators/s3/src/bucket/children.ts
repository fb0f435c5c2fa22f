import type { KubeObject, ReconcileContext } from 'kubewright'
import { secretNameOf } from '../keys/secret-content.ts'
import { AccessKey } from '../kinds/access-key.ts'
import type { Bucket } from '../kinds/bucket.ts'
import { BucketPolicy } from '../kinds/bucket-policy.ts'
import type { Provider } from '../kinds/provider.ts'
import { User } from '../kinds/user.ts'

const OBJECT_ACTIONS = {
  readonly: ['s3:GetObject'],
  readwrite: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
  full: ['s3:*'],
} as const

/** Whether a user, a key and a policy come with the bucket. */
export const isAutoManaged = ({ spec }: Bucket, provider: Provider): boolean =>
  spec.autoManage === undefined ? provider.spec.iamEndpoint !== undefined : spec.autoManage.enabled

/** The user, its key and the policy that lets it in. What the access level takes is granted, and not more. */
export function childrenOf({ metadata: { name = '', namespace }, spec }: Bucket): readonly KubeObject[] {
  const { adoptionPolicy } = spec
  const { accessLevel = 'readwrite', userName = spec.name, rotation } = spec.autoManage ?? {}
  const names = { user: `${name}-user`, key: `${name}-accesskey`, policy: `${name}-policy` }
  const statements = (arn: string) => [
    { effect: 'Allow' as const, action: accessLevel === 'full' ? ['s3:*'] : ['s3:ListBucket'], resource: [arn] },
    { effect: 'Allow' as const, action: [...OBJECT_ACTIONS[accessLevel]], resource: [`${arn}/*`] },
  ]
  const { providerRef } = spec
  // biome-ignore lint/suspicious/noTemplateCurlyInString: placeholders of policies, and not of this text
  const [bucketArn, userArn] = ['${bucketArn}', `\${userArn:${names.user}}`]
  return [
    User.of({
      metadata: { name: names.user, namespace: namespace ?? '' },
      spec: { providerRef, name: userName, adoptionPolicy, policy: { statement: statements(`arn:aws:s3:::${spec.name}`) } },
    }),
    AccessKey.of({
      metadata: { name: names.key, namespace: namespace ?? '' },
      spec: {
        providerRef,
        userRef: { name: names.user },
        ...(rotation !== undefined && { rotate: rotation }),
        ...(adoptionPolicy === 'Always' && { adoptionPolicy }),
        secretTemplate: { bucket: spec.name },
      },
    }),
    BucketPolicy.of({
      metadata: { name: names.policy, namespace: namespace ?? '' },
      spec: {
        bucketRef: { name },
        policy: {
          statement: statements(bucketArn).map((statement, at) => ({
            sid: `Access${at + 1}`,
            principal: { AWS: [userArn] },
            ...statement,
          })),
        },
      },
    }),
  ]
}

/** Applied as a whole: what autoManage no longer wants is pruned. */
export async function placeChildren(context: ReconcileContext<Bucket>, provider: Provider): Promise<string | undefined> {
  if (!isAutoManaged(context.object, provider)) return undefined
  for (const child of childrenOf(context.object)) await context.apply(child)
  return secretNameOf(`${context.object.metadata.name}-accesskey`, undefined)
}
