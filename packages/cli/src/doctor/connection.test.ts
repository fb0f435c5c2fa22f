import type { Client } from '@kubewright/client'
import { ApiError, systemClock } from '@kubewright/core'
import { expect, test } from 'vitest'
import { connectionOf } from './connection.ts'

test('a server that does not know who asks, as those before 1.28, is told of as too old, and the rest is looked at', async () => {
  const answers: Readonly<Record<string, object>> = { '/version': { gitVersion: 'v1.27.3' }, '/readyz': {} }
  const unknown = () => Promise.reject(new ApiError({ code: 404, reason: 'NotFound', message: 'no such page', status: 'Failure' }))
  const client = {
    server: 'https://fake',
    request: (_: string, path: string) => (answers[path] === undefined ? unknown() : Promise.resolve(answers[path])),
  } as unknown as Client
  const { outcomes, reached } = await connectionOf({ client, clock: systemClock, signal: new AbortController().signal })
  expect(reached).toMatchObject({ version: 'v1.27.3', user: 'unknown' })
  expect(outcomes).toMatchObject([
    { name: 'connection', outcome: { is: 'wrong', findings: [{ level: 'warning', object: 'API server' }] } },
    { name: 'clock', outcome: { is: 'skipped' } },
  ])
})
