import { describe, expect, test } from 'vitest'
import { UsageError } from '../usage-error.ts'
import { type NameChoice, namesFor } from './names.ts'

const names = (choice: NameChoice) => namesFor(choice, (kind) => kind === 'Deployment')

test('a folder is enough: everything follows from its name', () => {
  expect(names({ folder: 'shop' })).toEqual({
    project: 'shop',
    kind: 'Shop',
    camel: 'shop',
    kebab: 'shop',
    singular: 'shop',
    group: 'shop.example.dev',
  })
})

test.each([
  ['shop-operator', 'Shop'],
  ['web-shop', 'WebShop'],
  ['Web-Shop', 'WebShop'],
  ['queue-controller', 'Queue'],
])('%s is about %s', (folder, kind) => expect(names({ folder }).kind).toBe(kind))

test.each([
  ['WebShop', 'web-shop', 'webShop', 'webshop'],
  ['HTTPRoute', 'http-route', 'hTTPRoute', 'httproute'],
  ['S3Bucket', 's3-bucket', 's3Bucket', 's3bucket'],
])('%s: files %s, identifiers %s…, kubectl %s', (kind, kebab, camel, singular) => {
  expect(names({ folder: 'x', kind })).toMatchObject({ kebab, camel, singular })
})

test('what is given wins', () => {
  expect(names({ folder: 'Nice Folder', name: 'my-shop', kind: 'Till', group: 'tills.example.com' })).toMatchObject({
    project: 'my-shop',
    kind: 'Till',
    group: 'tills.example.com',
  })
})

describe('is refused', () => {
  test.each<[string, NameChoice, RegExp]>([
    ['a folder that is no name', { folder: 'my shop' }, /folder's name "my shop" .* give --name/],
    ['a name that is none', { folder: 'x', name: '9lives' }, /--name: "9lives"/],
    ['a kind in lower case', { folder: 'x', kind: 'shop' }, /--kind: "shop" .* begin with a capital/],
    ['a kind that the library exports', { folder: 'x', kind: 'Deployment' }, /the library has a Deployment of its own/],
    ['a group without a dot', { folder: 'x', group: 'shop' }, /--group: "shop" .* with a dot/],
    ['a group of Kubernetes', { folder: 'x', group: 'shop.k8s.io' }, /Kubernetes' own/],
  ])('%s', (_, choice, message) => {
    expect(() => names(choice)).toThrow(message)
    expect(() => names(choice)).toThrow(UsageError)
  })

  test('everything that is wrong at once', () => {
    expect(() => names({ folder: 'x y', kind: 'z', group: 'w' })).toThrow(/folder's name[\s\S]*--kind[\s\S]*--group/)
  })
})
