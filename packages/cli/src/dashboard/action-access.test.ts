import { ACTIONS_TOKEN_HEADER } from '@kubewright/dashboard'
import type { HttpQuestion } from '@kubewright/runtime'
import { describe, expect, test } from 'vitest'
import { guarded } from './access.ts'
import { guardedActions } from './action-access.ts'

const TOKEN = 'the-token-of-actions'
const OURS = { host: 'localhost:8090', origin: 'http://localhost:8090', 'sec-fetch-site': 'same-origin', [ACTIONS_TOKEN_HEADER]: TOKEN }

async function ask(
  headers: Record<string, string | undefined>,
  { token, method = 'POST' }: { token?: string; method?: HttpQuestion['method'] },
) {
  const answering = guardedActions(() => Promise.resolve({ status: 200, body: 'done' }), token)
  return await answering(new URL('http://local/api/actions/pause'), { method, headers, signal: AbortSignal.abort() })
}

describe('an action', () => {
  test.each<readonly [string, Record<string, string | undefined>]>([
    ['from the page with its token', OURS],
    ['from a program that is no browser, with the token', { host: 'localhost:8090', [ACTIONS_TOKEN_HEADER]: TOKEN }],
    ['from the page behind TLS', { ...OURS, host: 'ops.example', origin: 'https://ops.example' }],
  ])('%s is done', async (_, headers) => expect(await ask(headers, { token: TOKEN })).toMatchObject({ status: 200 }))

  test.each<readonly [string, Record<string, string | undefined>, number, RegExp]>([
    ['without a token', { ...OURS, [ACTIONS_TOKEN_HEADER]: undefined }, 401, /the token of --dashboard-actions-token-file is needed/],
    ['with an empty one', { ...OURS, [ACTIONS_TOKEN_HEADER]: '' }, 401, /is needed/],
    ['with another', { ...OURS, [ACTIONS_TOKEN_HEADER]: `${TOKEN}x` }, 401, /is needed/],
    ['with the beginning of it', { ...OURS, [ACTIONS_TOKEN_HEADER]: TOKEN.slice(0, -1) }, 401, /is needed/],
    [
      'with the token where browsers send theirs',
      { ...OURS, [ACTIONS_TOKEN_HEADER]: undefined, authorization: `Bearer ${TOKEN}` },
      401,
      /is needed/,
    ],
    ['from another page', { ...OURS, origin: 'http://evil.example' }, 403, /comes from another one/],
    ['from another port of this machine', { ...OURS, origin: 'http://localhost:8091' }, 403, /comes from another one/],
    ['from a page without an origin', { ...OURS, origin: 'null' }, 403, /comes from another one/],
    [
      'from another page, as the browser says',
      { ...OURS, origin: undefined, 'sec-fetch-site': 'cross-site' },
      403,
      /comes from another one/,
    ],
    ['from a neighbour', { ...OURS, 'sec-fetch-site': 'same-site' }, 403, /comes from another one/],
  ])('%s is refused', async (_, headers, status, message) => {
    const answer = await ask(headers, { token: TOKEN })
    expect(answer).toMatchObject({ status, body: expect.stringMatching(message) as string })
    expect(JSON.stringify(answer)).not.toContain(TOKEN)
    // A browser must not ask for a password here: it would send it with everything from then on.
    expect(answer.headers).toBeUndefined()
  })

  test('is refused whatever is sent where actions are off', async () => {
    for (const given of [TOKEN, '', 'undefined'])
      expect(await ask({ ...OURS, [ACTIONS_TOKEN_HEADER]: given }, {})).toMatchObject({
        status: 403,
        body: expect.stringMatching(/actions are off/) as string,
      })
  })
})

test('to look needs no token of actions', async () =>
  expect(await ask({ host: 'localhost:8090' }, { token: TOKEN, method: 'GET' })).toMatchObject({ status: 200 }))

test('who may not look may not act either', async () => {
  const acting = guardedActions(() => Promise.resolve({ status: 200, body: 'done' }), TOKEN)
  const status = async (options: Parameters<typeof guarded>[1], headers: Record<string, string>) =>
    (await guarded(acting, options)(new URL('http://local/'), { method: 'POST', headers, signal: AbortSignal.abort() })).status
  const evil = { ...OURS, host: 'evil.example:8090', origin: 'http://evil.example:8090' }
  expect(await status({ isLocal: true, token: undefined }, evil)).toBe(421)
  expect(await status({ isLocal: false, token: 'the-token-to-look' }, OURS)).toBe(401)
  expect(await status({ isLocal: false, token: 'the-token-to-look' }, { ...OURS, authorization: 'Bearer the-token-to-look' })).toBe(200)
})
