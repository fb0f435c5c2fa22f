import type { KubeObject } from 'kubewright'
import { AccessKey } from './kinds/access-key.ts'
import { Bucket } from './kinds/bucket.ts'
import { BucketPolicy } from './kinds/bucket-policy.ts'
import { IAMPolicy } from './kinds/iam-policy.ts'
import { Provider } from './kinds/provider.ts'
import { User } from './kinds/user.ts'

/** A server for the demonstration, and the key of one who may do everything there. */
export interface DemoServer {
  readonly address: string
  readonly region: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

const NAMESPACE = 's3-demo'

/** A shop's photos, in a bucket that brings its own user and key, and its reports, which somebody else reads with a key that is rotated. */
export function demoObjects({ address, region, credentials }: DemoServer): readonly KubeObject[] {
  const named = (name: string) => ({ metadata: { name, namespace: NAMESPACE } })
  const providerRef = { name: 'store' }
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    {
      ...{ apiVersion: 'v1', kind: 'Secret', type: 'Opaque' },
      ...named('store-admin'),
      stringData: { 'access-key': credentials.accessKeyId, 'secret-key': credentials.secretAccessKey },
    } as KubeObject,
    Provider.of({
      ...named('store'),
      spec: {
        ...{ type: 'generic', endpoint: address, iamEndpoint: address, region },
        auth: { accessKeySecretRef: { name: 'store-admin' }, secretKeySecretRef: { name: 'store-admin' } },
      },
    }),
    Bucket.of({
      ...named('photos'),
      spec: {
        ...{ providerRef, name: 'shop-photos' },
        versioning: { enabled: true },
        encryption: { enabled: true },
        publicAccess: {},
        tagging: { tags: { team: 'web' } },
        lifecycle: { rules: [{ id: 'drafts', prefix: 'drafts/', expiration: { days: 30 } }] },
        cors: { rules: [{ allowedOrigins: ['https://shop.example'], allowedMethods: ['GET', 'PUT'], exposedHeaders: ['ETag'] }] },
      },
    }),
    Bucket.of({
      ...named('reports'),
      spec: { providerRef, name: 'shop-reports', autoManage: { enabled: false }, deletionPolicy: 'Delete', forceDelete: true },
    }),
    IAMPolicy.of({
      ...named('list-buckets'),
      spec: { providerRef, policy: { statement: [{ effect: 'Allow', action: 's3:ListAllMyBuckets', resource: '*' }] } },
    }),
    User.of({ ...named('accounting'), spec: { providerRef, name: 'shop-accounting', policyRefs: [{ name: 'list-buckets' }] } }),
    AccessKey.of({
      ...named('accounting'),
      spec: {
        ...{ providerRef, userRef: { name: 'accounting' } },
        rotate: { enabled: true, intervalDays: 30, previousKeysRetentionDays: 2 },
        secretTemplate: { bucket: 'shop-reports' },
      },
    }),
    BucketPolicy.of({
      ...named('reports'),
      spec: {
        bucketRef: { name: 'reports' },
        policy: {
          statement: [
            {
              sid: 'Accounting',
              effect: 'Allow',
              // biome-ignore lint/suspicious/noTemplateCurlyInString: placeholders of policies
              principal: { AWS: ['${userArn:accounting}'] },
              action: ['s3:GetObject'],
              // biome-ignore lint/suspicious/noTemplateCurlyInString: placeholders of policies
              resource: '${bucketArn}/*',
            },
          ],
        },
      },
    }),
  ]
}
