import type { Client } from '@kubewright/client'
import { ApiError } from '@kubewright/core'
import { virtualClock } from '@kubewright/testing/virtual-clock'
import { expect, test } from 'vitest'
import { AccessReview } from './access-review.ts'

interface Asked {
  readonly path: string
  readonly spec: { readonly token?: string; readonly user?: string; readonly nonResourceAttributes?: object }
}

/** An API server that knows the token "prometheus", and lets that user get /metrics. */
function start() {
  const clock = virtualClock()
  const asked: Asked[] = []
  const server = { allows: true, down: false }
  const client = {
    async request(_method: string, path: string, options: { readonly body: { readonly spec: Asked['spec'] } }) {
      const { spec } = options.body
      asked.push({ path, spec })
      if (server.down) throw new ApiError({ code: 503, message: 'away' })
      const known = spec.token === 'prometheus' || spec.token === 'stranger'
      if (path.endsWith('/tokenreviews')) return { status: { authenticated: known, user: { username: spec.token, groups: ['g'] } } }
      return { status: { allowed: server.allows && spec.user === 'prometheus' } }
    },
  } as unknown as Pick<Client, 'request'>
  const review = new AccessReview({ client, clock })
  return { clock, asked, server, judge: (header: string | undefined) => review.judge(header, { path: '/metrics', verb: 'get' }) }
}
const reviews = (asked: readonly Asked[]) => asked.map(({ path }) => path.split('/').at(-1))

test.each([
  [undefined, { is: 'unknown' }],
  ['Basic cHJvbWV0aGV1cw==', { is: 'unknown' }],
  ['Bearer nobody', { is: 'unknown' }],
  ['Bearer stranger', { is: 'forbidden', user: 'stranger' }],
  ['bearer  prometheus', { is: 'allowed' }],
])('%s: %j', async (header, verdict) => {
  expect(await start().judge(header)).toEqual(verdict)
})

test('the API server is asked who it is, and whether that one with his groups may get the path', async () => {
  const { asked, judge } = start()
  await judge('Bearer prometheus')
  expect(asked).toMatchObject([
    { path: '/apis/authentication.k8s.io/v1/tokenreviews', spec: { token: 'prometheus' } },
    {
      path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
      spec: { user: 'prometheus', groups: ['g'], nonResourceAttributes: { path: '/metrics', verb: 'get' } },
    },
  ])
})

test('a token is believed for a minute, a permission for five, a refusal for half a minute', async () => {
  const { asked, judge, clock, server } = start()
  await judge('Bearer prometheus')
  await judge('Bearer prometheus')
  expect(reviews(asked)).toEqual(['tokenreviews', 'subjectaccessreviews'])
  await clock.advance(60_000)
  await judge('Bearer prometheus')
  expect(reviews(asked).slice(2)).toEqual(['tokenreviews'])
  await clock.advance(240_000)
  server.allows = false
  expect(await judge('Bearer prometheus')).toEqual({ is: 'forbidden', user: 'prometheus' })
  server.allows = true
  await clock.advance(29_999)
  expect(await judge('Bearer prometheus')).toEqual({ is: 'forbidden', user: 'prometheus' })
  await clock.advance(1)
  expect(await judge('Bearer prometheus')).toEqual({ is: 'allowed' })
})

test('many scrapes at once ask once', async () => {
  const { asked, judge } = start()
  await Promise.all(Array.from({ length: 20 }, () => judge('Bearer prometheus')))
  expect(reviews(asked)).toEqual(['tokenreviews', 'subjectaccessreviews'])
})

test('what could not be asked is nobody’s permission, and is asked again', async () => {
  const { judge, server } = start()
  server.down = true
  await expect(judge('Bearer prometheus')).rejects.toThrow('away')
  server.down = false
  expect(await judge('Bearer prometheus')).toEqual({ is: 'allowed' })
})

test('a flood of tokens does not fill the memory: the oldest are asked for again', async () => {
  const { asked, judge } = start()
  await judge('Bearer prometheus')
  for (let i = 0; i < 1_000; i++) await judge(`Bearer t${i}`)
  const before = asked.length
  await judge('Bearer prometheus')
  expect(asked.length).toBe(before + 1)
})
