import { describe, expect, test } from 'vitest'
import { contentOf, digestOf, encoded, keyIn, type Surroundings, secretNameOf } from './secret-content.ts'

const key = { id: 'AKIA1', secret: 's3cret' }
const surroundings = (endpoint = 'https://s3.example.com'): Surroundings => ({
  provider: { endpoint, region: 'eu-west-1', pathStyle: true },
  userName: 'app',
})
const template = (over: object) => ({ type: 'Opaque', profile: 'default', ...over })
const keys = (over: object) => ({ accessKeyID: 'access-key-id', secretAccessKey: 'secret-access-key', ...over })

describe('the Secret of a key', () => {
  test('has the two halves and nothing else', () =>
    expect(contentOf(key, undefined, surroundings())).toEqual({ 'access-key-id': 'AKIA1', 'secret-access-key': 's3cret' }))

  test.each([
    ['host', 'https://s3.example.com', 's3.example.com'],
    ['port', 'https://s3.example.com', '443'],
    ['port', 'http://s3.example.com', '80'],
    ['port', 'https://s3.example.com:9021', '9021'],
    ['scheme', 'http://s3.example.com', 'http'],
    ['endpoint', 'https://s3.example.com', 'https://s3.example.com'],
    ['region', 'https://s3.example.com', 'eu-west-1'],
    ['userName', 'https://s3.example.com', 'app'],
  ])('has what is named, under its name: %s of %s', (field, endpoint, value) =>
    expect(contentOf(key, template({ keys: keys({ [field]: 'X' }) }), surroundings(endpoint))).toMatchObject({ X: value }),
  )

  test('has the bucket and its address', () =>
    expect(contentOf(key, template({ bucket: 'photos', keys: keys({ bucket: 'B', uri: 'U' }) }), surroundings())).toMatchObject({
      B: 'photos',
      U: 's3://photos',
    }))

  test('has the files of AWS, under the profile that is asked for', () => {
    const { C, F } = contentOf(key, template({ profile: 'app', keys: keys({ credentialsFile: 'C', configFile: 'F' }) }), surroundings())
    expect(C).toBe('[app]\naws_access_key_id = AKIA1\naws_secret_access_key = s3cret\n')
    expect(F).toContain('[profile app]\nregion = eu-west-1\nendpoint_url = https://s3.example.com\n')
  })

  test('has fixed keys, which never stand in for those of the key', () =>
    expect(contentOf(key, template({ data: { 'access-key-id': 'other', extra: '1' } }), surroundings())).toMatchObject({
      'access-key-id': 'AKIA1',
      extra: '1',
    }))

  test('is called like its object, or as it says', () => {
    expect(secretNameOf('app', undefined)).toBe('app-credentials')
    expect(secretNameOf('app', template({ name: 'mine' }))).toBe('mine')
  })

  test('is read back with the names it was written with, and not without both halves', () => {
    const names = { accessKeyID: 'ID', secretAccessKey: 'SECRET' }
    const data = encoded(contentOf(key, template({ keys: names }), surroundings()))
    expect(keyIn(data, names)).toEqual(key)
    expect(keyIn({ ID: data['ID']! }, names)).toBeUndefined()
    expect(keyIn(undefined, names)).toBeUndefined()
  })

  test('has a digest that does not hang on the order, tells a change, and tells no secret', () => {
    expect(digestOf({ a: '1', b: '2' })).toBe(digestOf({ b: '2', a: '1' }))
    expect(digestOf({ a: '1' })).not.toBe(digestOf({ a: '2' }))
    expect(digestOf(encoded({ a: key.secret }))).not.toContain(key.secret)
  })
})
