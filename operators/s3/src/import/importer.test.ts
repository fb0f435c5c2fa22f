// Manifests of wasabi-s3-operator, and what becomes of them: every field is converted, or named with the reason.
import { readFileSync } from 'node:fs'
import type { ImportedDocument, KubeObject } from 'kubewright'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { wasabiImporter } from './importer.ts'

const API = 's3.cloud37.dev/v1alpha1'

const convert = (...values: readonly unknown[]) =>
  wasabiImporter.convert(values.map((value): ImportedDocument => ({ origin: 'file', value })))

const sample = () =>
  convert(
    ...parseAllDocuments(readFileSync(new URL('samples/wasabi-s3-operator.yaml', import.meta.url), 'utf8')).map(
      (document) => document.toJS() as unknown,
    ),
  )

type Converted = KubeObject & { readonly spec: Readonly<Record<string, unknown>> }

const find = (objects: readonly KubeObject[], kind: string, name: string): Converted =>
  objects.find((object) => object.kind === kind && object.metadata.name === name) as Converted

const one = (kind: string, spec: object, metadata: object = {}) => {
  const { objects, warnings } = convert({ apiVersion: API, kind, metadata: { name: 'it', namespace: 'team', ...metadata }, spec })
  return { object: objects[0] as Converted | undefined, warnings }
}

const providerRef = { name: 'wasabi' }
const policy = { version: '2012-10-17', statement: [{ effect: 'Allow', action: ['s3:GetObject'], resource: ['*'] }] }

test('manifests of its group are taken, of its six kinds, and no others', () => {
  for (const kind of ['Provider', 'Bucket', 'BucketPolicy', 'User', 'IAMPolicy', 'AccessKey'])
    expect(wasabiImporter.takes({ apiVersion: API, kind })).toBe(true)
  expect(wasabiImporter.takes({ apiVersion: API, kind: 'Other' })).toBe(false)
  expect(wasabiImporter.takes({ apiVersion: 's3.kubewright.dev/v1alpha1', kind: 'Bucket' })).toBe(false)
  expect(wasabiImporter.takes(undefined)).toBe(false)
})

describe('the sample, which has every field', () => {
  test('comes in the order in which it is to be applied, without what Buckets make for themselves', () => {
    expect(sample().objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`)).toEqual([
      'Provider storage/wasabi',
      'IAMPolicy team/listing',
      'User team/reports',
      'User team/bare',
      'Bucket team/photos',
      'Bucket team/plain',
      'AccessKey team/reports',
      'BucketPolicy team/photos-reports',
    ])
  })

  test('a Provider keeps its settings, and what people wrote on it; what programs did stays behind', () => {
    expect(find(sample().objects, 'Provider', 'wasabi')).toEqual({
      apiVersion: 's3.kubewright.dev/v1alpha1',
      kind: 'Provider',
      metadata: {
        ...{ name: 'wasabi', namespace: 'storage', labels: { team: 'storage' } },
        annotations: { note: 'ours', 's3.kubewright.dev/allow-from': 'team' },
      },
      spec: {
        ...{ type: 'wasabi', endpoint: 'https://s3.eu-central-2.wasabisys.com', region: 'eu-central-2' },
        auth: {
          accessKeySecretRef: { name: 'wasabi', key: 'id' },
          secretKeySecretRef: { name: 'wasabi', key: 'secret-key' },
          sessionTokenSecretRef: { name: 'wasabi', key: 'token' },
        },
        tls: { insecureSkipVerify: false, caCertSecretRef: { name: 'wasabi-ca', key: 'ca.crt' } },
        ...{ pathStyle: true, iamEndpoint: 'https://iam.wasabisys.com', iamRegion: 'us-east-1' },
        retry: { maxAttempts: 5, backoffStrategy: 'linear' },
      },
    })
  })

  test('a Bucket keeps its settings, and is taken over by its name', () => {
    expect(find(sample().objects, 'Bucket', 'photos').spec).toEqual({
      ...{ providerRef: { name: 'wasabi', namespace: 'storage' }, name: 'acme-photos', region: 'eu-central-1' },
      autoManage: {
        ...{ enabled: true, userName: 'photos-app', accessLevel: 'readonly' },
        rotation: { enabled: true, intervalDays: 60, previousKeysRetentionDays: 0 },
      },
      versioning: { enabled: true },
      encryption: { enabled: true, algorithm: 'AES256' },
      publicAccess: { blockPublicAcls: true, blockPublicPolicy: false, ignorePublicAcls: true, restrictPublicBuckets: false },
      lifecycle: {
        rules: [
          {
            ...{ id: 'drafts', status: 'Enabled', prefix: 'drafts/', expiration: { days: 30 } },
            transitions: [{ days: 10, storageClass: 'GLACIER' }],
          },
          { id: 'party', expiration: { date: '2027-01-31T00:00:00Z' } },
        ],
      },
      cors: {
        rules: [
          {
            ...{ allowedOrigins: ['https://photos.example.com'], allowedMethods: ['GET', 'PUT'], allowedHeaders: ['*'] },
            ...{ exposedHeaders: ['ETag'], maxAgeSeconds: 60 },
          },
        ],
      },
      tagging: { tags: { team: 'web' } },
      ...{ adoptionPolicy: 'Always', deletionPolicy: 'Delete', forceDelete: true },
    })
  })

  test('users, policies and keys are taken over by their names', () => {
    const { objects } = sample()
    expect(find(objects, 'User', 'reports').spec).toEqual({
      ...{ providerRef: { name: 'wasabi', namespace: 'storage' }, name: 'reports-app', policyRef: { name: 'listing' } },
      ...{ tags: { team: 'reports' }, adoptionPolicy: 'Always' },
    })
    expect(find(objects, 'IAMPolicy', 'listing').spec).toMatchObject({
      policy: { version: '2012-10-17', statement: [{ effect: 'Allow', action: ['s3:ListAllMyBuckets'], resource: ['*'] }] },
      ...{ tags: { team: 'reports' }, adoptionPolicy: 'Always' },
    })
    expect(find(objects, 'AccessKey', 'reports').spec).toMatchObject({
      ...{ userRef: { name: 'reports' }, displayName: 'of the reports', tags: { 'cost-centre': '7' }, adoptionPolicy: 'Always' },
      rotate: { enabled: true, intervalDays: 30, previousKeysRetentionDays: 29 },
    })
  })

  test('0-17 4.6-21 principals of users of all accounts become the Users that there are, made by Buckets or not', () => {
    const { policy: converted } = find(sample().objects, 'BucketPolicy', 'photos-reports').spec
    expect(converted).toMatchObject({
      statement: [{ principal: { AWS: [`\${userArn:reports}`, `\${userArn:photos-user}`, 'arn:aws:iam::*:user/nobody'] } }],
    })
  })

  test('every warning names the object and the field, and there are no others', () => {
    expect(sample().warnings.map((warning) => /^file: (\S+ \S+): (.{0,46})/.exec(warning)?.slice(1).join(' | '))).toEqual([
      'Provider storage/wasabi | spec.tls.caCertSecretRef had no effect there, ',
      'Provider storage/wasabi | spec.auth.accessKeySecretRef.namespace is left',
      'IAMPolicy team/listing | spec.policy.statement[0].principal is left out',
      'User team/photos-user | left out: Bucket "photos" makes it here too, b',
      'User team/reports | beside what spec.policyRef names, it was given',
      'User team/bare | it had no policy, and was given s3:* for the b',
      'Bucket team/photos | spec.autoManage.rotation.previousKeysRetention',
      'Bucket team/photos | spec.versioning.mfaDelete is left out: it take',
      'Bucket team/photos | spec.encryption.kmsKeyId is left out: it says ',
      'Bucket team/photos | spec.publicAccess had no effect there, and has',
      'Bucket team/photos | spec.lifecycle.rules[2] is left out: it does n',
      'Bucket team/plain | spec.encryption.enabled: false is left out: th',
      'AccessKey team/reports | spec.policy had no effect there, and has one h',
      'AccessKey team/reports | spec.rotate.previousKeysRetentionDays became 2',
      'BucketPolicy team/photos-reports | spec.policy: the principal arn:aws:iam::*:user',
      'BucketPolicy team/photos-reports | it was written to a bucket "photos", as the Bu',
    ])
  })
})

describe('what cannot be as it was is told', () => {
  test('0-6 4.6-5 4.4-11 what a user without a policy was given is written out, and not made up again', () => {
    const { object, warnings } = one('User', { providerRef, name: 'app', tags: { Bucket: 'photos' } })
    expect(object?.spec['policy']).toMatchObject({
      statement: [{ action: ['s3:*'], resource: ['arn:aws:s3:::photos', 'arn:aws:s3:::photos/*'] }],
    })
    expect(warnings).toEqual([expect.stringContaining('narrow it')])
  })

  test('0-6 4.6-5 the policy that came with a reference is named, with the command that removes it', () => {
    const { object, warnings } = one('User', { providerRef, name: 'app', policyRef: { name: 'p' } })
    expect(object?.spec).not.toHaveProperty('policy')
    expect(warnings).toEqual([expect.stringContaining('aws iam delete-user-policy --user-name app --policy-name app-policy')])
  })

  test('0-2 4.6-9 a policy that went to a bucket of another name is told, and one that did not is not', () => {
    const bucket = (name: string) => ({
      apiVersion: API,
      kind: 'Bucket',
      metadata: { name: 'b', namespace: 'team' },
      spec: { providerRef, name },
    })
    const bucketPolicy = {
      apiVersion: API,
      kind: 'BucketPolicy',
      metadata: { name: 'p', namespace: 'team' },
      spec: {
        bucketRef: { name: 'b' },
        policy: { statement: [{ effect: 'Allow', principal: '*', action: 's3:GetObject', resource: '*' }] },
      },
    }
    expect(convert(bucket('other'), bucketPolicy).warnings).toEqual([expect.stringContaining('and not to "other"')])
    expect(convert(bucket('b'), bucketPolicy).warnings).not.toContainEqual(expect.stringContaining('and not to'))
  })

  test('a reference into another namespace that is not among the manifests names the annotation that it takes', () => {
    const { object, warnings } = one('Bucket', { providerRef: { name: 'wasabi', namespace: 'storage' }, name: 'photos' })
    expect(object?.spec['providerRef']).toEqual({ name: 'wasabi', namespace: 'storage' })
    expect(warnings).toEqual([expect.stringContaining('s3.kubewright.dev/allow-from: "team"')])
  })

  test.each<[string, string, object, RegExp]>([
    ['a key of nobody', 'AccessKey', { providerRef }, /names no User/],
    ['a policy that says nothing', 'IAMPolicy', { providerRef, policy: { version: '2012-10-17', statement: [] } }, /has no statement/],
    ['a policy of a bucket that says nothing', 'BucketPolicy', { bucketRef: { name: 'b' }, policy: {} }, /has no statement/],
  ])('%s is not converted', (_name, kind, spec, reason) => {
    const { object, warnings } = one(kind, spec)
    expect(object).toBeUndefined()
    expect(warnings.join('\n')).toMatch(reason)
    expect(warnings.join('\n')).toMatch(/it: left out: /)
    expect(warnings.join('\n')).not.toMatch(/is not converted/)
  })

  test.each<[string, string, object, RegExp]>([
    ['an unknown field', 'Bucket', { providerRef, name: 'photos', notifications: {} }, /spec\.notifications is not converted/],
    [
      'an unknown field deep inside',
      'Provider',
      { ...{ endpoint: 'https://a', region: 'r' }, auth: { x: 1 } },
      /spec\.auth\.x is not converted/,
    ],
    ['a bucket without a name', 'Bucket', { providerRef }, /will refuse it: .*name/],
    ['an endpoint with a path', 'Provider', { endpoint: 'https://a/b', region: 'r' }, /will refuse it: .*endpoint/],
    [
      'a reference to a Secret without a name',
      'Provider',
      { endpoint: 'https://a', region: 'r', auth: { accessKeySecretRef: {} } },
      /names no Secret/,
    ],
    [
      'a policy without an action',
      'User',
      { providerRef, name: 'u', policy: { statement: [{ effect: 'Deny' }] } },
      /will be refused: .*action/,
    ],
    ['both kinds of policy', 'User', { providerRef, name: 'u', policy, policyRef: { name: 'p' } }, /exclude each other/],
  ])('%s', (_name, kind, spec, warning) => {
    expect(one(kind, spec).warnings).toContainEqual(expect.stringMatching(warning))
  })

  test('policies as AWS writes them are understood', () => {
    const aws = { Version: '2008-10-17', Statement: [{ Sid: 'a', Effect: 'Allow', Action: 's3:*', Resource: '*' }] }
    expect(one('User', { providerRef, name: 'u', policy: aws })).toMatchObject({
      object: { spec: { policy: { version: '2008-10-17', statement: [{ sid: 'a', effect: 'Allow', action: 's3:*', resource: '*' }] } } },
      warnings: [],
    })
  })
})
