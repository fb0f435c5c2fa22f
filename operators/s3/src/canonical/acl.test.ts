import { describe, expect, test } from 'vitest'
import { cannedGrants, canonicalAcl } from './acl.ts'

const LOGS = 'http://acs.amazonaws.com/groups/s3/LogDelivery'
const owner = { Grantee: { Type: 'CanonicalUser', ID: 'me' }, Permission: 'FULL_CONTROL' }
const group = (URI: string, Permission: string) => ({ Grantee: { Type: 'Group', URI }, Permission })

describe('an ACL means what it gives to others', () => {
  test.each([
    ['private', 'private', { Owner: { ID: 'me' }, Grants: [owner] }],
    ['private, without a grant', 'private', { Owner: { ID: 'me' }, Grants: [] }],
    ['private, of a server that does not say whose', 'private', { Grants: [owner] }],
    [
      'of logs, in either order',
      'log-delivery-write',
      { Owner: { ID: 'me' }, Grants: [group(LOGS, 'WRITE'), owner, group(LOGS, 'READ_ACP')] },
    ],
  ])('%s', (_name, canned, answer) => expect(canonicalAcl(answer)).toEqual(cannedGrants(canned)))

  test.each([
    ['everybody', { Owner: { ID: 'me' }, Grants: [owner, group('http://acs.amazonaws.com/groups/global/AllUsers', 'READ')] }],
    ['another owner', { Owner: { ID: 'me' }, Grants: [{ ...owner, Grantee: { ID: 'you' } }] }],
    ['logs that may only write', { Owner: { ID: 'me' }, Grants: [owner, group(LOGS, 'WRITE')] }],
  ])('what it gives to %s is none of the canned ones', (_name, answer) => {
    for (const canned of ['private', 'log-delivery-write']) expect(canonicalAcl(answer)).not.toEqual(cannedGrants(canned))
  })
})
