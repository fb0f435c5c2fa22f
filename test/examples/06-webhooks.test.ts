import { isApiError } from '@kubewright/core'
import { eventually } from '@kubewright/testing'
import { beforeEach, expect, test } from 'vitest'
import { Domain } from '../../examples/06-webhooks/domain.ts'
import { failure } from '../integration/harness.ts'
import { testReadme, useExample } from './example.ts'

const example = useExample('06-webhooks', [Domain])

testReadme('06-webhooks', example)

let namespace: string
beforeEach(async () => {
  namespace = await example.namespace()
})

async function started() {
  const program = await example.start('domain.ts', { flags: ['--webhook-port', '0', '--webhook-url', 'https://127.0.0.1:0'] })
  const domains = await example.client.resource(Domain)
  const domain = (name: string, spec: object, metadata = {}) =>
    ({
      apiVersion: 'example.dev/v1',
      kind: 'Domain',
      metadata: { namespace, name, ...metadata },
      spec: { host: 'shop.example.org', ...spec },
    }) as never
  // A real API server takes up a new configuration after a moment.
  await eventually(
    async () => {
      const asked = await domains.create(domain('probe', {}), { dryRun: true })
      expect(asked.spec.owner).toBeTruthy()
    },
    { timeout: 60_000 },
  )
  const refusal = async (write: Promise<unknown>) => {
    const error = await failure(write)
    return isApiError(error) ? (error.status.details?.causes ?? []).map(({ field, message }) => `${field}: ${message}`) : error
  }
  return { program, domains, domain, refusal }
}

test('what was left out is filled in, and an owner that was given stays', async () => {
  const { program, domains, domain } = await started()
  const made = await domains.create(domain('a', { owner: 'ann' }))
  expect(made.spec).toEqual({ host: 'shop.example.org', owner: 'ann', tier: 'free', servers: { min: 1, max: 3 } })
  await eventually(async () => expect((await domains.get({ namespace, name: 'a' })).status).toEqual({ servers: 1 }))
  await program.stop()
})

test('all that is wrong is told at once, with its fields', async () => {
  const { program, domains, domain, refusal } = await started()
  expect(await refusal(domains.create(domain('a', { host: 'internal.example.org', servers: { max: 6 } })))).toEqual([
    'spec.host: Invalid value: "internal.example.org": must not begin with admin or internal',
    'spec.servers.max: Forbidden: the free tier has at most 5 servers',
  ])
  await domains.create(domain('a', { tier: 'paid', servers: { max: 6 } }))
  await program.stop()
})

test('the rules of the kind hold without the program', async () => {
  const { program, domains, domain, refusal } = await started()
  await program.stop()
  await example.client.request('DELETE', '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/kubewright-domain')
  await example.client.request('DELETE', '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/kubewright-domain')
  await eventually(async () =>
    expect(await refusal(domains.create(domain('a', { servers: { min: 4 } })))).toEqual([
      'spec.servers: Invalid value: min must not be above max',
    ]),
  )
  await domains.create(domain('b', {}))
  const moved = domains.patch({ namespace, name: 'b' }, { type: 'merge', body: { spec: { host: 'other.example.org' } } })
  expect(await refusal(moved)).toEqual([expect.stringContaining('is immutable')])
})

test('what is to be kept cannot be deleted', async () => {
  const { program, domains, domain, refusal } = await started()
  const at = { namespace, name: 'a' }
  await domains.create(domain('a', {}, { annotations: { 'example.dev/keep': 'true' } }))
  expect(await refusal(domains.delete(at))).toEqual(['metadata.annotations: Forbidden: remove example.dev/keep first'])
  await domains.patch(at, { type: 'merge', body: { metadata: { annotations: null } } })
  await domains.delete(at)
  await program.stop()
})
