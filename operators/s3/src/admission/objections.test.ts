// 4.4-12: what a Provider does not allow is said to the author at once, in the words in which the status says it.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of patterns and policies, and not of this text
import { describe, expect, test } from 'vitest'
import { AccessKey } from '../kinds/access-key.ts'
import { Bucket } from '../kinds/bucket.ts'
import { BucketPolicy } from '../kinds/bucket-policy.ts'
import { IAMPolicy } from '../kinds/iam-policy.ts'
import { Provider } from '../kinds/provider.ts'
import { User } from '../kinds/user.ts'
import {
  accessKeyObjections,
  bucketObjections,
  bucketPolicyObjections,
  iamPolicyObjections,
  type Objection,
  userObjections,
} from './objections.ts'

const provider = Provider.parse(
  Provider.of({
    metadata: { name: 'store', namespace: 'team' },
    spec: {
      ...{ endpoint: 'https://s3.example.com', region: 'us-east-1', iamEndpoint: 'https://iam.example.com' },
      auth: { accessKeySecretRef: { name: 'admin' }, secretKeySecretRef: { name: 'admin' } },
      policyConstraints: { resources: ['arn:aws:s3:::${namespace}-*'], principals: ['arn:aws:iam::1234:*'] },
      nameConstraints: { buckets: ['${namespace}-*'], users: ['${namespace}-*'], policies: ['${namespace}-*'] },
    },
  }),
)

const metadata = { name: 'a', namespace: 'team' }
const providerRef = { name: 'store' }
const allow = (resource: string, over: object = {}) => ({
  statement: [{ effect: 'Allow' as const, action: 's3:GetObject', resource, ...over }],
})
const OWN = allow('arn:aws:s3:::team-photos/*')
const FOREIGN = allow('arn:aws:s3:::other-photos/*')
const MALFORMED = { statement: [{ effect: 'Allow' as const, action: 7, resource: '*' }] }

const user = (spec: object) => User.parse(User.of({ metadata, spec: { providerRef, name: 'team-app', ...spec } }))
const bucket = (name: string, spec: object = {}) => Bucket.parse(Bucket.of({ metadata, spec: { providerRef, name, ...spec } }))
const iamPolicy = (spec: object) => IAMPolicy.parse(IAMPolicy.of({ metadata, spec: { providerRef, policy: OWN, ...spec } }))
const key = (policy?: object) =>
  AccessKey.parse(AccessKey.of({ metadata, spec: { providerRef, userRef: { name: 'app' }, ...(policy && { policy: policy as never }) } }))
const bucketPolicy = (policy: object, spec: object = {}) =>
  BucketPolicy.parse(BucketPolicy.of({ metadata, spec: { bucketRef: { name: 'photos' }, policy: policy as never, ...spec } }))

const fields = (objections: readonly Objection[]) => objections.map(({ is, field }) => `${is} ${field}`)
const PHOTOS = { name: 'team-photos', provider }

describe('nothing is said of', () => {
  test.each<[string, readonly Objection[]]>([
    ['a bucket with its user', bucketObjections(bucket('team-photos'), provider)],
    ['a user within its bounds', userObjections(user({ policy: OWN }), provider)],
    ['a managed policy within them', iamPolicyObjections(iamPolicy({ name: 'team-readers' }), provider)],
    [
      'a key with a policy within them, and one without a policy',
      [...accessKeyObjections(key(OWN), provider), ...accessKeyObjections(key(), provider)],
    ],
    ['a policy of its own bucket', bucketPolicyObjections(bucketPolicy(allow('${bucketArn}/*', { principal: '${userArn:app}' })), PHOTOS)],
    ['too much, while the provider is not there', userObjections(user({ name: 'root', policy: FOREIGN }), undefined)],
    ['a bucket of another name, while the provider is not there', bucketObjections(bucket('other'), undefined)],
    [
      'a policy of a bucket that is not there',
      bucketPolicyObjections(bucketPolicy(allow('${bucketArn}/*', { principal: '*' })), undefined),
    ],
    ['a lockout that is meant', bucketPolicyObjections(bucketPolicy(denyAll(), { allowSelfLockout: true }), PHOTOS)],
  ])('%s', (_, objections) => expect(objections).toEqual([]))
})

test('a bucket is not copied to those of others, nor in a name that is not its author’s', () => {
  const rules = [
    { id: 'own', destination: { bucket: 'team-mirror' } },
    { id: 'theirs', destination: { bucket: 'arn:aws:s3:::other' } },
  ]
  const copied = bucket('team-a', { autoManage: { enabled: false }, replication: { role: 'arn:aws:iam::1234:role/all', rules } })
  expect(fields(bucketObjections(copied, provider))).toEqual([
    'forbidden spec.replication.role',
    'forbidden spec.replication.rules[1].destination.bucket',
  ])
})

describe('the field is named of', () => {
  test.each<[string, readonly Objection[], readonly string[]]>([
    [
      'a bucket, and the user that would come with it',
      bucketObjections(bucket('photos'), provider),
      ['forbidden spec.name', 'forbidden spec.autoManage', 'forbidden spec.autoManage'],
    ],
    [
      'a bucket whose user would have a name of others',
      bucketObjections(bucket('team-a', { autoManage: { userName: 'root' } }), provider),
      ['forbidden spec.autoManage'],
    ],
    ['a bucket without a user', bucketObjections(bucket('photos', { autoManage: { enabled: false } }), provider), ['forbidden spec.name']],
    [
      'a user, everything at once',
      userObjections(
        user({
          ...{ name: 'root', policy: FOREIGN, policyARNs: ['arn:aws:iam::aws:policy/AdministratorAccess'], groups: ['admins'] },
          inlinePolicies: [
            { name: 'a', policy: OWN },
            { name: 'b', policy: FOREIGN },
          ],
        }),
        provider,
      ),
      [
        'forbidden spec.policy',
        'forbidden spec.inlinePolicies[1].policy',
        'forbidden spec.name',
        'forbidden spec.policyARNs',
        'forbidden spec.groups',
      ],
    ],
    ['a managed policy that goes by the name of its object', iamPolicyObjections(iamPolicy({}), provider), ['forbidden spec.name']],
    [
      'a managed policy that grants more',
      iamPolicyObjections(iamPolicy({ name: 'team-a', policy: FOREIGN }), provider),
      ['forbidden spec.policy'],
    ],
    ['a key that grants more', accessKeyObjections(key(FOREIGN), provider), ['forbidden spec.policy']],
    [
      'a policy of a bucket that lets in strangers',
      bucketPolicyObjections(bucketPolicy(allow('${bucketArn}/*', { principal: '*' })), PHOTOS),
      ['forbidden spec.policy'],
    ],
    [
      'one that grants what is in another bucket',
      bucketPolicyObjections(bucketPolicy({ statement: FOREIGN.statement }), PHOTOS),
      ['forbidden spec.policy'],
    ],
  ])('%s', (_, objections, expected) => expect(fields(objections)).toEqual(expected))
})

describe('what no server takes is refused though the provider is not there', () => {
  test.each<[string, readonly Objection[], string]>([
    ['an action that is no text', userObjections(user({ policy: MALFORMED }), undefined), 'spec.policy'],
    ['placeholders in a policy of a user', userObjections(user({ policy: allow('${bucketArn}/*') }), undefined), 'spec.policy'],
    ['placeholders in a managed policy', iamPolicyObjections(iamPolicy({ policy: allow('${userArn:app}') }), undefined), 'spec.policy'],
    ['placeholders in the policy of a key', accessKeyObjections(key(allow('${bucketArn}')), undefined), 'spec.policy'],
    ['a policy that keeps the operator out, too', bucketPolicyObjections(bucketPolicy(denyAll()), undefined), 'spec.policy'],
  ])('%s', (_, objections, field) => expect(fields(objections)).toEqual([`invalid ${field}`]))
})

test('it is said in the words of the status', () => {
  expect(bucketObjections(bucket('photos', { autoManage: { enabled: false } }), provider)[0]?.message).toBe(
    'Provider "store" does not allow the name "photos" here: its nameConstraints.buckets are team-*',
  )
})

function denyAll() {
  return { statement: [{ effect: 'Deny' as const, principal: '*', action: 's3:*', resource: '*' }] }
}
