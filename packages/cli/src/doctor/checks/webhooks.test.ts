import { Authority } from '@kubewright/core/certificates'
import type { WebhookConfiguration } from '@kubewright/webhook'
import { describe, expect, test } from 'vitest'
import { subject } from '../fake/subject.ts'
import { addressesOf, type CalledAddress, conversionAddressOf } from '../webhook-facts.ts'
import { certificateFindings } from './certificates.ts'
import { type AddressFacts, addressFindings, missingFindings } from './webhooks.ts'

const NOW = Date.parse('2030-01-01T00:00:00Z')
const DAY = 86_400_000
const authority = new Authority(NOW)
const other = new Authority(NOW)
const serving = authority.server(['shop.ns.svc'], 'shop').cert

const address: CalledAddress = {
  object: 'validatingwebhookconfiguration/kubewright-shop',
  entry: 'validate.shop',
  url: undefined,
  service: { namespace: 'ns', name: 'kubewright-shop', port: 443 },
  caBundle: authority.cert,
  holdsUp: 'CREATE of shops.example.dev',
}
const fine: AddressFacts = { service: { ports: [443], ready: 2 }, serving }
const problems = (over: Partial<CalledAddress>, facts: Partial<AddressFacts> = {}, now = NOW) =>
  addressFindings({ ...address, ...over }, { ...fine, ...facts }, subject(), now).map(({ problem }) => problem)

test('nothing is wrong where somebody answers with a certificate that is trusted', () => {
  expect(problems({})).toEqual([])
  expect(problems({ service: undefined, url: 'https://x' }, { service: undefined, serving: undefined })).toEqual([])
})

test.each<[string, Partial<CalledAddress>, Partial<AddressFacts>, RegExp]>([
  ['no Service', {}, { service: 'missing' }, /calls the service kubewright-shop in ns, which is not there/],
  ['another port', {}, { service: { ports: [8443], ready: 1 } }, /calls port 443 .* which has 8443/],
  ['nobody ready', {}, { service: { ports: [443], ready: 0 } }, /has no Pod that is ready/],
  ['no authority', { caBundle: undefined }, {}, /has no caBundle/],
  ['rubbish for an authority', { caBundle: 'rubbish' }, {}, /is no PEM/],
  ['the authority of another', { caBundle: other.cert }, {}, /does not trust the certificate that shop serves/],
])('%s', (_, over, facts, problem) => expect(problems(over, facts)).toEqual([expect.stringMatching(problem)]))

test('an authority that is over is told; one of two may be, while they change', () => {
  expect(problems({}, { serving: undefined }, NOW + 20_000 * DAY)).toEqual([
    expect.stringMatching(/the authority in its caBundle expired on/),
  ])
  const later = new Authority(NOW + 20_000 * DAY)
  const bundle = authority.cert + later.cert
  expect(problems({ caBundle: bundle }, { serving: undefined }, NOW + 20_000 * DAY)).toEqual([])
})

test('what holds nobody up is a warning', () => {
  const level = (holdsUp: string | undefined) =>
    addressFindings({ ...address, holdsUp }, { ...fine, service: 'missing' }, subject(), NOW).map((finding) => finding.level)
  expect([level('CREATE of x'), level(undefined)]).toEqual([['error'], ['warning']])
})

describe('addresses are read off', () => {
  const entry = (failurePolicy: 'Fail' | 'Ignore') => ({
    name: 'validate.shop',
    clientConfig: { service: { name: 's', namespace: 'ns' }, caBundle: Buffer.from('PEM').toString('base64') },
    rules: [{ apiGroups: ['example.dev'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['shops'], scope: '*' }],
    failurePolicy,
  })
  test('configurations', () => {
    const configuration = {
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: 'x' },
      webhooks: [entry('Fail'), entry('Ignore')],
    } as unknown as WebhookConfiguration
    expect(addressesOf(configuration)).toMatchObject([
      { object: 'validatingwebhookconfiguration/x', service: { port: 443 }, caBundle: 'PEM', holdsUp: 'CREATE of shops.example.dev' },
      { holdsUp: undefined },
    ])
  })
  test('CRDs that are converted by a webhook, and no others', () => {
    const crd = (strategy: string) => ({
      metadata: { name: 'shops.example.dev' },
      spec: { group: 'example.dev', names: { plural: 'shops' }, conversion: { strategy, webhook: { clientConfig: { url: 'https://x' } } } },
    })
    expect(conversionAddressOf(crd('Webhook'))).toMatchObject([{ object: 'crd/shops.example.dev', url: 'https://x' }])
    expect(conversionAddressOf(crd('None'))).toEqual([])
  })
})

test('a configuration that is not there, or lacks a webhook, is told', () => {
  const wanted = {
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'x' },
    webhooks: [{ name: 'a' }, { name: 'b' }],
  } as unknown as WebhookConfiguration
  expect(missingFindings(subject(), [wanted], [])).toMatchObject([{ problem: expect.stringMatching(/not in the cluster/) as string }])
  const less = { ...wanted, webhooks: [wanted.webhooks![0]!] }
  expect(missingFindings(subject(), [wanted], [less])).toMatchObject([{ problem: 'it lacks b' }])
  expect(missingFindings(subject(), [wanted], [wanted])).toEqual([])
})

test.each<[string, string | undefined, number, RegExp | undefined]>([
  ['a fresh certificate', serving, NOW, undefined],
  ['none', undefined, NOW, /no certificate in tls\.crt/],
  ['rubbish', 'rubbish', NOW, /no certificate in tls\.crt/],
  ['one that is over', serving, NOW + 20_000 * DAY, /expired on/],
  ['one of the future', serving, NOW - 3 * DAY, /is valid from .* on only/],
])('%s in the Secret', (_, certificate, now, problem) => {
  const found = certificateFindings({ name: 'x', certificate }, subject(), 'ns', now).map((finding) => finding.problem)
  expect(found).toEqual(problem === undefined ? [] : [expect.stringMatching(problem)])
})
