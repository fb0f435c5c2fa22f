import type { Context } from '../policy/conditions.ts'
import type { ApiRequest } from '../protocol/request.ts'

const FROM_QUERY = { prefix: 's3:prefix', delimiter: 's3:delimiter', 'max-keys': 's3:max-keys', versionId: 's3:versionid' }
const FROM_HEADERS = [
  ...[
    'x-amz-acl',
    'x-amz-server-side-encryption',
    'x-amz-server-side-encryption-aws-kms-key-id',
    'x-amz-content-sha256',
    'x-amz-storage-class',
  ],
  ...['x-amz-copy-source', 'x-amz-metadata-directive', 'x-amz-website-redirect-location'],
]

/** What conditions of policies may ask about a request of S3. */
export function requestContext({ query, headers, remoteAddress, secure }: ApiRequest, now: number): Context {
  const context = new Map<string, readonly string[]>([
    ['aws:sourceip', [remoteAddress]],
    ['aws:securetransport', [String(secure)]],
    ['aws:currenttime', [new Date(now).toISOString()]],
    ['aws:epochtime', [String(Math.floor(now / 1000))]],
    ['s3:signatureversion', ['AWS4-HMAC-SHA256']],
    ['s3:authtype', [query.has('X-Amz-Algorithm') ? 'REST-QUERY-STRING' : 'REST-HEADER']],
  ])
  for (const [name, key] of Object.entries(FROM_QUERY)) {
    const value = query.get(name)
    if (value !== undefined) context.set(key, [value])
  }
  for (const name of FROM_HEADERS) {
    const value = headers[name]
    if (value !== undefined) context.set(`s3:${name}`, [value])
  }
  for (const [name, key] of [
    ['user-agent', 'aws:useragent'],
    ['referer', 'aws:referer'],
  ] as const) {
    const value = headers[name]
    if (value !== undefined) context.set(key, [value])
  }
  return context
}
