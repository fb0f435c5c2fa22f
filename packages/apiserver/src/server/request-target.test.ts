import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { requestTarget } from './request-target.ts'

// The answers are those of Go's net/http.
describe('the path of a request', () => {
  test.each<readonly [uri: string, path: string]>([
    ['/api/v1/namespaces', '/api/v1/namespaces'],
    ['/', '/'],
    ['*', '*'],
    ['/api/v1/namespaces/default/configmaps/..', '/api/v1/namespaces/default/configmaps/..'],
    ['/api/v1/namespaces/default/configmaps/%2E%2e', '/api/v1/namespaces/default/configmaps/..'],
    ['//x/healthz', '//x/healthz'],
    ['//', '//'],
    ['//[', '//['],
    ['/a\\b', '/a\\b'],
    ['/a#b', '/a#b'],
    ['/a%2Fb', '/a/b'],
    ['/a%252Fb', '/a%2Fb'],
    ['/%C3%A4+%20', '/ä+ '],
    ['/%ff', '/\ufffd'],
    ['http://x:99999/healthz?a', '/healthz'],
    ['https://x', '/'],
    ['http://x?a', '/'],
  ])('%s is %s', (uri, path) => expect(requestTarget(uri)?.path).toBe(path))

  test.each(['/100%', '/%zz', '/a%2', 'http://x/%'])('%s is none', (uri) => expect(requestTarget(uri)).toBeUndefined())

  test('is as long as what was sent: nothing in it is resolved', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('/', '..', '.', 'a', '\\', '#', ':', '@', '[', ';', '__proto__')), (pieces) => {
        const path = `/${pieces.join('')}`
        expect(requestTarget(path)?.path).toBe(path)
        expect(requestTarget(`/${pieces.map(encodeURIComponent).join('')}`)?.path).toBe(path)
      }),
    )
  })
})

describe('the query of a request', () => {
  test.each<readonly [string, Record<string, string>]>([
    ['/a?b=c&d=%20+e', { b: 'c', d: '  e' }],
    ['/a?limit=1;x&b=%zz&c=1', { c: '1' }],
    ['/a?b=/../?', { b: '/../?' }],
    ['/a?', {}],
  ])('%s', (uri, query) => expect(Object.fromEntries(requestTarget(uri)!.query)).toEqual(query))
})
