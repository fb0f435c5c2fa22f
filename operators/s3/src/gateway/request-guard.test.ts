import { describe, expect, test } from 'vitest'
import { checkRequest, type Intent, type OutgoingRequest } from './request-guard.ts'
import { isAnswerOf, SUBRESOURCES, type Subresource } from './subresource.ts'

const request = (method: string, path: string, ...words: readonly string[]): OutgoingRequest => ({
  ...{ method, path, hostname: 's3.test' },
  query: Object.fromEntries(words.map((word) => [word, ''])),
})
const b = 'photos'

describe('2.6 a request that could do something else than it was meant for is not sent', () => {
  test.each<[string, OutgoingRequest, Intent]>([
    [
      'DELETE of a setting without proof that the server knows it',
      request('DELETE', '/photos', 'cors'),
      { does: 'remove', bucket: b, subresource: 'cors', proven: false },
    ],
    [
      'DELETE of what has none of its own',
      request('DELETE', '/photos', 'versioning'),
      { does: 'remove', bucket: b, subresource: 'versioning', proven: true },
    ],
    [
      'DELETE of a setting that has lost its query',
      request('DELETE', '/photos'),
      { does: 'remove', bucket: b, subresource: 'cors', proven: true },
    ],
    ['DELETE of another setting', request('DELETE', '/photos', 'policy'), { does: 'remove', bucket: b, subresource: 'cors', proven: true }],
    [
      'DELETE of two',
      request('DELETE', '/photos', 'cors', 'force_delete'),
      { does: 'remove', bucket: b, subresource: 'cors', proven: true },
    ],
    ['DELETE of a bucket with a query', request('DELETE', '/photos', 'force_delete'), { does: 'delete bucket', bucket: b }],
    [
      'PUT of a setting that has lost its query: it creates the bucket',
      request('PUT', '/photos'),
      { does: 'put', bucket: b, subresource: 'tagging' },
    ],
    ['PUT of a bucket with a query', request('PUT', '/photos', 'acl'), { does: 'create bucket', bucket: b }],
    ['a DELETE where a read was meant', request('DELETE', '/photos', 'tagging'), { does: 'read' }],
    ['a PUT where a read was meant', request('PUT', '/photos'), { does: 'read' }],
    ['an upload aborted at the bucket', request('DELETE', '/photos', 'uploadId'), { does: 'empty bucket', bucket: b }],
    ['an upload aborted at the bucket, in the host', request('DELETE', '/', 'uploadId'), { does: 'empty bucket', bucket: b }],
    ['DELETE of the bucket while it is emptied', request('DELETE', '/photos'), { does: 'empty bucket', bucket: b }],
  ])('%s', (_name, outgoing, intent) => expect(() => checkRequest(outgoing, intent)).toThrow('was not sent'))

  test.each<[string, OutgoingRequest, Intent]>([
    ['a read', request('GET', '/photos', 'cors', 'x-id'), { does: 'read' }],
    ['a setting', request('PUT', '/photos', 'cors'), { does: 'put', bucket: b, subresource: 'cors' }],
    [
      'the removal of one that is there',
      request('DELETE', '/photos', 'cors'),
      { does: 'remove', bucket: b, subresource: 'cors', proven: true },
    ],
    ['a new bucket', request('PUT', '/photos'), { does: 'create bucket', bucket: b }],
    ['the end of one', request('DELETE', '/photos'), { does: 'delete bucket', bucket: b }],
    ['objects in a batch', request('POST', '/photos', 'delete'), { does: 'empty bucket', bucket: b }],
    ['an upload', request('DELETE', '/photos/a', 'uploadId', 'x-id'), { does: 'empty bucket', bucket: b }],
    ['an upload, with the bucket in the host', request('DELETE', '/a', 'uploadId'), { does: 'empty bucket', bucket: b }],
  ])('what is meant goes through: %s', (_name, outgoing, intent) => expect(() => checkRequest(outgoing, intent)).not.toThrow())
})

describe('an answer is that of the setting, and not a listing', () => {
  const LISTING =
    '<?xml version="1.0"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name></ListBucketResult>'
  test.each(Object.keys(SUBRESOURCES) as Subresource[])('%s', (subresource) => {
    expect(isAnswerOf(subresource, LISTING)).toBe(false)
    const { root } = SUBRESOURCES[subresource]
    expect(isAnswerOf(subresource, root === '{' ? '{"Statement":[]}' : `<?xml version="1.0"?>\n<${root} xmlns="x"/>`)).toBe(true)
  })
})
