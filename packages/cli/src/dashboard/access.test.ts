import { expect, test } from 'vitest'
import { guarded } from './access.ts'

const TOKEN = 'a-token-of-some-length'
const pages = () => Promise.resolve({ status: 200, body: 'the page' })
const ask = async (options: { readonly isLocal: boolean; readonly token?: string }, headers: Record<string, string>) => {
  const answering = guarded(pages, { token: undefined, ...options })
  return (
    await answering(new URL('http://local/'), {
      method: 'GET',
      headers: { host: '127.0.0.1:8090', ...headers },
      signal: AbortSignal.abort(),
    })
  ).status
}
const basic = (pair: string) => ({ authorization: `Basic ${Buffer.from(pair).toString('base64')}` })

test.each<[string, { readonly isLocal: boolean; readonly token?: string }, Record<string, string>, number]>([
  ['on this machine by its own name', { isLocal: true }, { host: 'localhost:8090' }, 200],
  ['on this machine by IPv6', { isLocal: true }, { host: '[::1]:8090' }, 200],
  ['a name that somebody made lead here', { isLocal: true }, { host: 'evil.example:8090' }, 421],
  ['no name', { isLocal: true }, { host: '' }, 421],
  [
    'elsewhere, by any name, with the token',
    { isLocal: false, token: TOKEN },
    { host: 'ops.example', authorization: `Bearer ${TOKEN}` },
    200,
  ],
  ['as a browser sends it', { isLocal: false, token: TOKEN }, basic(`anybody:${TOKEN}`), 200],
  ['a token with a colon', { isLocal: false, token: 'a:b:c' }, basic('me:a:b:c'), 200],
  ['without a token', { isLocal: false, token: TOKEN }, {}, 401],
  ['with another', { isLocal: false, token: TOKEN }, { authorization: 'Bearer other' }, 401],
  ['with an empty one', { isLocal: false, token: TOKEN }, { authorization: 'Bearer ' }, 401],
  ['another scheme', { isLocal: false, token: TOKEN }, { authorization: `Digest ${TOKEN}` }, 401],
  ['no pair', { isLocal: false, token: TOKEN }, basic(TOKEN), 401],
  [
    'on this machine with a token: both count',
    { isLocal: true, token: TOKEN },
    { host: 'evil.example', authorization: `Bearer ${TOKEN}` },
    421,
  ],
])('%s', async (_, options, headers, status) => {
  expect(await ask(options, headers)).toBe(status)
})
