// Who may write a policy may grant what the provider's key can, unless the provider says what may be granted.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of patterns, and not of this text
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Provider } from '../kinds/provider.ts'
import { covers } from './pattern.ts'
import { excessOf, membershipProblem, nameProblem, policyProblem, requireAllowed, roleProblem } from './policy-constraints.ts'

const provider = (over: object): Provider =>
  Provider.of({
    metadata: { name: 'store', namespace: 'storage' },
    spec: {
      ...{ endpoint: 'https://s3.example.com', region: 'us-east-1' },
      auth: { accessKeySecretRef: { name: 'admin' }, secretKeySecretRef: { name: 'admin' } },
      ...over,
    },
  })

const constraints = (over: object = {}) => provider({ policyConstraints: over }).spec.policyConstraints!
const allow = (over: object) => ({
  Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::team-photos/*', ...over }],
})
const own = constraints({ resources: ['arn:aws:s3:::${namespace}-*'] })

describe('a pattern that is asked for is in one that is allowed', () => {
  test.each<[string, string, boolean]>([
    ['s3:*', 's3:GetObject', true],
    ['s3:*', 's3:Get*', true],
    ['s3:*', 's3:*', true],
    ['s3:Get*', 's3:*', false],
    ['s3:Get*', '*', false],
    ['*', '*', true],
    ['a?c', 'abc', true],
    ['a?c', 'a?c', true],
    ['a?c', 'a*c', false],
    ['a*c*e', 'abcde', true],
    ['a*c*e', 'a*c*e', true],
    ['a*c*e', 'a*e', false],
    ['arn:aws:s3:::team-*', 'arn:aws:s3:::team-*/*', true],
    ['arn:aws:s3:::team-*', 'arn:aws:s3:::*', false],
    ['', '', true],
    ['', 'a', false],
    ['a', '', false],
  ])('%s and %s: %s', (allowed, asked, expected) => expect(covers(allowed, asked)).toBe(expected))

  const glob = (pattern: string) =>
    new RegExp(`^${[...pattern].map((sign) => (sign === '*' ? '.*' : sign === '?' ? '.' : sign)).join('')}$`)
  const pattern = fc.array(fc.constantFrom('a', 'b', '*', '?'), { maxLength: 6 }).map((signs) => signs.join(''))
  const text = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 8 }).map((signs) => signs.join(''))

  test('what is covered never stands for a text that the allowed one does not', () =>
    fc.assert(
      fc.property(pattern, pattern, text, (allowed, asked, each) => {
        fc.pre(covers(allowed, asked) && glob(asked).test(each))
        expect(glob(allowed).test(each)).toBe(true)
      }),
    ))

  test('of texts without signs it says what a glob says', () =>
    fc.assert(
      fc.property(pattern, text, (allowed, each) => {
        expect(covers(allowed, each)).toBe(glob(allowed).test(each))
      }),
    ))
})

describe('4.4-12 a policy', () => {
  test.each<[string, object]>([
    ['of objects of its own', allow({})],
    ['with actions in another case', allow({ Action: 'S3:getobject' })],
    ['with a Deny of everything', { Statement: [{ Effect: 'Deny', Principal: '*', NotAction: 's3:GetObject', Resource: '*' }] }],
    ['without a statement', { Statement: [] }],
  ])('%s is allowed', (_name, policy) => expect(excessOf(policy, own, 'team')).toEqual([]))

  test.each<[string, object, string]>([
    ['of other services', allow({ Action: ['s3:GetObject', 'iam:CreateUser'] }), 'actions: iam:createuser'],
    ['of everything', allow({ Action: '*' }), 'actions: *'],
    ['of objects of others', allow({ Resource: 'arn:aws:s3:::other-photos/*' }), 'resources: arn:aws:s3:::other-photos/*'],
    ['of all resources', allow({ Resource: '*' }), 'resources: *'],
    [
      'of all but some actions',
      allow({ Action: undefined, NotAction: 'iam:*' }),
      'NotAction: an Allow with it grants all that it does not name',
    ],
    [
      'of all but some resources',
      allow({ Resource: undefined, NotResource: 'x' }),
      'NotResource: an Allow with it grants all that it does not name',
    ],
  ])('%s is refused', (_name, policy, problem) => expect(excessOf(policy, own, 'team')).toEqual([problem]))

  test('of a bucket grants to whom it may', () => {
    const limited = constraints({ principals: ['arn:aws:iam::123456789012:*'] })
    const to = (Principal: unknown) => excessOf(allow({ Principal }), limited, 'team')
    expect(to({ AWS: ['arn:aws:iam::123456789012:user/a', '123456789012'] })).toEqual([])
    expect(to('*')).toEqual(['principals: *'])
    expect(to({ Service: 'logging.s3.amazonaws.com' })).toEqual(['principals: logging.s3.amazonaws.com'])
    expect(excessOf(allow({ NotPrincipal: { AWS: '123456789012' } }), limited, 'team')).toEqual([expect.stringContaining('NotPrincipal')])
  })

  test('the namespace is that of the author', () => {
    expect(excessOf(allow({}), own, 'other')).toEqual(['resources: arn:aws:s3:::team-photos/*'])
  })

  test('is refused with the name of the provider and what is too much; without constraints it is not', () => {
    const problem = policyProblem(provider({ policyConstraints: {} }), 'team', allow({ Action: 'iam:*' }))
    expect(problem).toContain('policyConstraints of Provider "store" do not allow: actions: iam:*')
    expect(() => requireAllowed(undefined, problem)).toThrow(problem)
    expect(policyProblem(provider({}), 'team', allow({ Action: 'iam:*' }))).toBeUndefined()
    expect(() => requireAllowed(undefined)).not.toThrow()
  })
})

describe('4.4-12 a user', () => {
  const given = { policyARNs: ['arn:aws:iam::aws:policy/AdministratorAccess'], groups: ['admins'] }

  test('is given no managed policy and no group by default', () =>
    expect(membershipProblem(provider({ policyConstraints: {} }), 'team', given)).toContain(
      'policyARNs: arn:aws:iam::aws:policy/AdministratorAccess; groups: admins',
    ))

  test('is given those that are allowed, and all without constraints', () => {
    const policyConstraints = { policyARNs: ['arn:aws:iam::aws:policy/*'], groups: ['admins'] }
    expect(membershipProblem(provider({ policyConstraints }), 'team', given)).toBeUndefined()
    expect(membershipProblem(provider({}), 'team', given)).toBeUndefined()
    expect(membershipProblem(provider({ policyConstraints: {} }), 'team', {})).toBeUndefined()
  })
})

test('4.4-12 a replication is given no role by default, one that is allowed, and any without constraints', () => {
  const role = 'arn:aws:iam::123456789012:role/copies'
  expect(roleProblem(provider({ policyConstraints: {} }), 'team', role)).toContain(`roles: ${role}`)
  expect(roleProblem(provider({ policyConstraints: { roles: ['arn:aws:iam::*:role/copies'] } }), 'team', role)).toBeUndefined()
  expect(roleProblem(provider({}), 'team', role)).toBeUndefined()
  expect(roleProblem(provider({ policyConstraints: {} }), 'team', undefined)).toBeUndefined()
})

describe('4.4-12 a name', () => {
  const limited = provider({ nameConstraints: { buckets: ['${namespace}-*'], users: ['app'] } })

  test.each([
    ['buckets', 'team-photos'],
    ['users', 'app'],
    ['policies', 'anything'],
  ] as const)('of %s that fits, or that nothing is said of: %s', (kind, name) =>
    expect(nameProblem(limited, kind, 'team', name)).toBeUndefined(),
  )

  test('that does not fit is refused with what would', () =>
    expect(nameProblem(limited, 'buckets', 'team', 'other-photos')).toContain(
      'does not allow the name "other-photos" here: its nameConstraints.buckets are team-*',
    ))
})
