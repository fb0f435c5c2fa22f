import { expect, test } from 'vitest'
import { bucketOf, config } from './config.ts'

const settings = (given: object) => config.parse(given)

test('without a bucket nothing is kept outside of the cluster', () => expect(bucketOf(settings({}))).toBeUndefined())

test('a bucket is one of AWS in us-east-1, unless said otherwise', () => {
  expect(bucketOf(settings({ backupS3Bucket: 'attic' }))).toEqual({ bucket: 'attic', endpoint: undefined, region: 'us-east-1', prefix: '' })
})

test.each([['https://s3.example.com'], ['http://127.0.0.1:9000'], ['http://[::1]:9000'], ['http://localhost:9000']])(
  '%s is a server that may be told what is deleted',
  (backupS3Endpoint) => {
    expect(bucketOf(settings({ backupS3Bucket: 'attic', backupS3Endpoint }))?.endpoint).toBe(backupS3Endpoint)
  },
)

test('what is deleted is not sent over plain HTTP, except on this machine', () => {
  for (const backupS3Endpoint of ['http://s3.example.com', 'http://localhost.example.com'])
    expect(() => settings({ backupS3Bucket: 'attic', backupS3Endpoint })).toThrow(/must begin with https/)
})

test.each([
  ['backupS3Endpoint', 'ftp://s3.example.com', /.*/],
  ['backupS3Bucket', 'An Attic', /must be the name of a bucket/],
  ['backupS3Region', 'us east', /must be the name of a region/],
  ['backupS3Prefix', 'one', /must be folders, each followed by/],
  ['backupS3Prefix', '/one/', /must be folders/],
])('%s is not %o', (field, value, why) => expect(() => settings({ backupS3Bucket: 'attic', [field]: value })).toThrow(why))

test.each([
  [{ backupS3Endpoint: 'https://s3.example.com' }, '--gc-backup-s3-endpoint'],
  [{ backupS3Prefix: 'one/' }, '--gc-backup-s3-prefix'],
])('%o without a bucket would have no effect, and is refused', (given, flag) =>
  expect(() => bucketOf(settings(given))).toThrow(`${flag} is of a bucket: name it with --gc-backup-s3-bucket`),
)
