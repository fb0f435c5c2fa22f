import { describe, expect, test } from 'vitest'
import { RUN_SETTINGS } from '../settings/program.ts'
import { settledWebhooks } from './webhook-reach.ts'

const HERE = { inCluster: false, server: 'https://127.0.0.1:6443', installed: [] }
const installedWith = (clientConfig: object) => [
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'x' },
    webhooks: [{ clientConfig }],
  } as never,
]
const settled = (given: object = {}, surroundings: object = {}) => {
  const { settings, why } = settledWebhooks(RUN_SETTINGS.parse(given), { ...HERE, ...surroundings })
  const { webhooks, webhookUrl, webhookFailurePolicy } = settings
  return { webhooks, webhookUrl, webhookFailurePolicy, why }
}
const asAsked = { webhooks: true, webhookUrl: undefined, webhookFailurePolicy: undefined, why: undefined }

describe('what was said, or is plain, stays', () => {
  test.each<[string, object, object]>([
    ['a program in the cluster has its Service', {}, { inCluster: true }],
    ['a Service is named', { webhookService: 'hooks' }, {}],
    ['certificates are given', { webhookCertDir: '/certs' }, {}],
    ['somebody else installs the configurations', { webhookInstall: false }, {}],
  ])('%s', (_, given, surroundings) => expect(settled(given, surroundings)).toEqual(asAsked))

  test('an address is named', () =>
    expect(settled({ webhookUrl: 'https://me:1' }, { server: 'https://far.example' })).toEqual({ ...asAsked, webhookUrl: 'https://me:1' }))
  test('webhooks are switched off', () => expect(settled({ webhooks: false })).toEqual({ ...asAsked, webhooks: false }))
})

describe('an API server on this machine is told the loopback address, and refuses nothing when that is wrong', () => {
  test.each<[string, object, string]>([
    ['https://127.0.0.1:6443', {}, 'https://127.0.0.1:0'],
    ['https://127.0.0.1:6443', { installCrds: true }, 'https://127.0.0.1:9443'],
    ['https://localhost:6443', { webhookPort: 1234 }, 'https://localhost:1234'],
    ['https://[::1]:6443', {}, 'https://[::1]:0'],
  ])('%s with %o', (server, given, webhookUrl) =>
    expect(settled(given, { server })).toEqual({ ...asAsked, webhookUrl, webhookFailurePolicy: 'Ignore' }),
  )

  test('a failure policy that was asked for stays', () =>
    expect(settled({ webhookFailurePolicy: 'Fail' }).webhookFailurePolicy).toBe('Fail'))
  test('its own of the last time is no obstacle', () =>
    expect(settled({}, { installed: installedWith({ url: 'https://127.0.0.1:9443/x' }) }).webhooks).toBe(true))
})

test('the webhooks of the program in the cluster stay its own', () => {
  const { webhooks, webhookUrl, why } = settled({}, { installed: installedWith({ service: { name: 'kubewright-x', namespace: 'ns' } }) })
  expect({ webhooks, webhookUrl }).toEqual({ webhooks: false, webhookUrl: undefined })
  expect(why).toMatch('installed in the cluster')
})

test('an API server elsewhere is not told an address that it cannot reach, and the log says what to do', () => {
  const { webhooks, why } = settled({}, { server: 'https://prod.example:6443' })
  expect(webhooks).toBe(false)
  expect(why).toMatch('--webhook-url')
})
