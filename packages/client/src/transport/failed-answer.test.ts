import { isNotFound, isTooManyRequests } from '@kubewright/core'
import { describe, expect, test } from 'vitest'
import { apiErrorOf, statusOf } from './failed-answer.ts'
import type { Answer } from './request.ts'

const answer = (code: number, body: string, headers: Answer['headers'] = {}): Answer => ({ code, headers, body: Buffer.from(body) })

describe('an answer of 400 or more becomes a Status', () => {
  test('its own, when it is one', () => {
    const body = JSON.stringify({ kind: 'Status', status: 'Failure', reason: 'NotFound', message: 'configmaps "a" not found', code: 404 })
    const error = apiErrorOf(answer(404, body), 'GET /api/v1/namespaces/x/configmaps/a', 0)
    expect(isNotFound(error)).toBe(true)
    expect(error.message).toBe('GET /api/v1/namespaces/x/configmaps/a: configmaps "a" not found')
  })

  test("a proxy's page is told by its words, without its markup and its scripts", () => {
    const page =
      '<html><head><style>b{}</style><script>steal()</script></head><body><h1>502</h1>\n<p>Bad Gateway&nbsp;nginx</p></body></html>'
    expect(statusOf(answer(502, page)).message).toBe('HTTP 502, answered with: 502 Bad Gateway&nbsp;nginx')
  })

  test('a long page is cut', () => {
    expect(statusOf(answer(500, 'x'.repeat(5000))).message).toHaveLength('HTTP 500, answered with: '.length + 201)
  })

  test.each<[number, string]>([
    [404, 'NotFound'],
    [429, 'TooManyRequests'],
    [503, 'ServiceUnavailable'],
  ])('an empty %i gets the reason %s', (code, reason) => {
    expect(statusOf(answer(code, ''))).toMatchObject({ code, reason, message: `HTTP ${code}, with an empty answer` })
  })

  test('plain HTTP on a TLS port is explained', () => {
    expect(statusOf(answer(400, 'Client sent an HTTP request to an HTTPS server.\n')).message).toContain(
      'write https:// in the server address',
    )
  })

  test('JSON that is no Status is no Status', () => {
    expect(statusOf(answer(403, '{"error":"denied by gateway"}'))).toMatchObject({ code: 403, reason: 'Forbidden' })
    expect(statusOf(answer(403, 'null')).code).toBe(403)
  })
})

test('Retry-After travels with the error; the Status details stand in for it', () => {
  expect(apiErrorOf(answer(429, '', { 'retry-after': '7' }), 'GET /', 0).retryAfterSeconds).toBe(7)
  const body = JSON.stringify({ kind: 'Status', code: 429, details: { retryAfterSeconds: 3 } })
  const error = apiErrorOf(answer(429, body), 'GET /', 0)
  expect(error.retryAfterSeconds).toBe(3)
  expect(isTooManyRequests(error)).toBe(true)
})
