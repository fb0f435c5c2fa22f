// Of several objects that mean one thing the oldest has it, and nobody can take a thing from others by an object that may not mean it.
import type { Cache, IndexedSelection, KubeObject } from 'kubewright'
import { describe, expect, test } from 'vitest'
import { claim as claimBucket } from '../bucket/claim.ts'
import { claim as claimKeys } from '../keys/claim.ts'
import { AccessKey } from '../kinds/access-key.ts'
import { Bucket } from '../kinds/bucket.ts'
import { BucketPolicy } from '../kinds/bucket-policy.ts'
import { ALLOW_FROM } from '../kinds/group.ts'
import { Provider } from '../kinds/provider.ts'
import { User } from '../kinds/user.ts'
import { claim as claimPolicy } from '../policy/claim.ts'

const cacheOf = (...objects: readonly KubeObject[]): Cache =>
  ({
    list: ({ kind }: { readonly kind: string }, { by }: IndexedSelection<KubeObject> = {}) =>
      objects.filter((each) => each.kind === kind && (by === undefined || by.index.valuesOf(each).includes(by.value))),
    get: ({ kind }: { readonly kind: string }, { name, namespace }: { readonly name: string; readonly namespace?: string }) =>
      objects.find((each) => each.kind === kind && each.metadata.name === name && each.metadata.namespace === namespace),
  }) as unknown as Cache

const at = (namespace: string, name: string, year = 2026, annotations = {}) => ({
  ...{ namespace, name, annotations, uid: `${namespace}/${name}` },
  creationTimestamp: `${year}-01-01T00:00:00Z`,
})

const provider = (consent: string | undefined, over: object = {}) =>
  Provider.of({
    metadata: at('team', 'store', 2020, consent === undefined ? {} : { [ALLOW_FROM]: consent }),
    spec: {
      ...{ endpoint: 'https://s3.example.com', region: 'r' },
      auth: { accessKeySecretRef: { name: 'a' }, secretKeySecretRef: { name: 'a' } },
      ...over,
    },
  })
const providerRef = { name: 'store', namespace: 'team' }
const bucket = (namespace: string, year: number) =>
  Bucket.of({ metadata: at(namespace, 'photos', year), spec: { providerRef, name: 'team-photos' } })
const statement = [{ effect: 'Allow' as const, action: 's3:*' }]
const policy = (namespace: string, year: number) =>
  BucketPolicy.of({ metadata: at(namespace, 'p', year), spec: { bucketRef: { name: 'photos', namespace: 'team' }, policy: { statement } } })
const key = (namespace: string, year: number) =>
  AccessKey.of({ metadata: at(namespace, 'k', year), spec: { providerRef, userRef: { name: 'u', namespace: 'team' } } })
const consenting = <T extends KubeObject>(object: T, consent: string | undefined): T => ({
  ...object,
  metadata: { ...object.metadata, annotations: consent === undefined ? {} : { [ALLOW_FROM]: consent } },
})
const user = User.of({ metadata: at('team', 'u', 2020), spec: { providerRef, name: 'u' } })

/** The claim of the object in the namespace "team", with an older one of another namespace beside it. */
const CLAIMS: readonly (readonly [string, (consent: string | undefined) => void])[] = [
  [
    'a bucket',
    (consent) => {
      const [object, store] = [bucket('team', 2025), provider(consent)]
      claimBucket({ object: object as never, cache: cacheOf(store, object, bucket('other', 2024)) }, { provider: store })
    },
  ],
  [
    'a policy of a bucket',
    (consent) => {
      const object = policy('team', 2025)
      claimPolicy({ object: object as never, cache: cacheOf(consenting(bucket('team', 2020), consent), object, policy('other', 2024)) })
    },
  ],
  [
    'the keys of a user',
    (consent) => {
      const object = key('team', 2025)
      claimKeys({ object: object as never, cache: cacheOf(consenting(user, consent), object, key('other', 2024)) })
    },
  ],
]

describe('4.2-12', () => {
  test.each(CLAIMS)('%s is the older one’s', (_name, claim) => expect(() => claim('other')).toThrow(/"other\//))

  test.each(CLAIMS)('%s is not kept from its owners by an object that has no consent to it', (_name, claim) =>
    expect(() => claim(undefined)).not.toThrow(),
  )

  test('4.4-12 a bucket is not kept from its owners by an object that may not have its name', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of patterns
    const store = provider('*', { nameConstraints: { buckets: ['${namespace}-*'] } })
    const object = bucket('team', 2025)
    expect(() =>
      claimBucket({ object: object as never, cache: cacheOf(store, object, bucket('other', 2024)) }, { provider: store }),
    ).not.toThrow()
  })
})
