import type { Client } from '@kubewright/client'
import { ApiError, systemClock } from '@kubewright/core'
import { expect, test } from 'vitest'
import { examine } from './examination.ts'

test('a check that the server does not answer is a finding, and the others are made all the same', async () => {
  const ill = () => Promise.reject(new ApiError({ code: 503, message: 'etcd is away', status: 'Failure' }))
  const answers: Readonly<Record<string, object>> = {
    '/version': { gitVersion: 'v1.36.0' },
    '/apis/authentication.k8s.io/v1/selfsubjectreviews': {},
    '/readyz': {},
    '/metrics': {},
  }
  const client = {
    server: 'https://fake',
    request: (_: string, path: string) => (answers[path] === undefined ? ill() : Promise.resolve(answers[path])),
    resource: ill,
  } as unknown as Client
  const context = { client, clock: systemClock, signal: new AbortController().signal, namespace: 'ns', watched: [], takeWarnings: () => [] }
  const { checks } = await examine(context, () => Promise.resolve([]))
  const outcomes = Object.fromEntries(checks.map(({ check, outcome }) => [check, outcome.is]))
  expect(outcomes).toMatchObject({ connection: 'fine', kinds: 'wrong', webhooks: 'wrong', 'deprecated APIs': 'fine' })
  expect(checks.find(({ check }) => check === 'kinds')?.outcome).toMatchObject({
    findings: [{ level: 'error', problem: expect.stringContaining('etcd is away') as string }],
  })
})
