import { describe, expect, test } from 'vitest'
import { canonicalWebsite, isWebsite, websiteConfiguration } from './website.ts'

const pages = { indexDocument: 'index.html', errorDocument: 'error.html' }
const moved = (replaceKeyPrefixWith: string) => ({ condition: { keyPrefixEquals: 'old/' }, redirect: { replaceKeyPrefixWith } })

describe('a website', () => {
  test('is sent in the words of S3, and nothing that is not said', () => {
    expect(websiteConfiguration({ ...pages, routingRules: [moved('new/')] })).toEqual({
      IndexDocument: { Suffix: 'index.html' },
      ErrorDocument: { Key: 'error.html' },
      RoutingRules: [{ Condition: { KeyPrefixEquals: 'old/' }, Redirect: { ReplaceKeyPrefixWith: 'new/' } }],
    })
    expect(websiteConfiguration({ redirectAllRequestsTo: { hostName: 'example.com' } })).toEqual({
      RedirectAllRequestsTo: { HostName: 'example.com' },
    })
  })

  test('means the same with the metadata of an answer, empty lists and empty texts', () =>
    expect(
      canonicalWebsite({ ...websiteConfiguration(pages), $metadata: {}, RoutingRules: [], RedirectAllRequestsTo: { HostName: '' } }),
    ).toEqual(canonicalWebsite(websiteConfiguration(pages))))

  test('has rules in an order that counts', () => {
    const rules = [moved('a/'), moved('b/')]
    expect(canonicalWebsite(websiteConfiguration({ ...pages, routingRules: rules }))).not.toEqual(
      canonicalWebsite(websiteConfiguration({ ...pages, routingRules: rules.toReversed() })),
    )
  })

  test('is none without an index and a redirection', () => {
    expect([isWebsite({}), isWebsite(pages), isWebsite({ redirectAllRequestsTo: { hostName: 'a' } })]).toEqual([false, true, true])
    expect(canonicalWebsite(undefined)).toBe(canonicalWebsite({ $metadata: {} }))
  })
})
