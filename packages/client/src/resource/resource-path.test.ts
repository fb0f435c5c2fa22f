import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ConfigMap, Deployment, Namespace, Node } from '../kinds/index.ts'
import { type PathParts, resourcePath } from './resource-path.ts'

test.each<[typeof ConfigMap | typeof Node | typeof Deployment, PathParts, string]>([
  [ConfigMap, {}, '/api/v1/configmaps'],
  [ConfigMap, { namespace: 'x' }, '/api/v1/namespaces/x/configmaps'],
  [ConfigMap, { namespace: 'x', name: 'a' }, '/api/v1/namespaces/x/configmaps/a'],
  [Deployment, { namespace: 'x', name: 'a', subresource: 'scale' }, '/apis/apps/v1/namespaces/x/deployments/a/scale'],
  [Node, {}, '/api/v1/nodes'],
  [Node, { name: 'n' }, '/api/v1/nodes/n'],
  [Node, { name: 'n', namespace: '' }, '/api/v1/nodes/n'],
  [Namespace, { name: 'x', subresource: 'finalize' }, '/api/v1/namespaces/x/finalize'],
  [ConfigMap, { namespace: 'x', name: 'system:a b?#' }, '/api/v1/namespaces/x/configmaps/system%3Aa%20b%3F%23'],
])('%o %o is at %s', (type, parts, path) => {
  expect(resourcePath(type, parts)).toBe(path)
})

describe('what is refused before anything is sent', () => {
  test.each<[typeof ConfigMap | typeof Node, PathParts, string]>([
    [ConfigMap, { name: 'a' }, 'ConfigMap.v1 "a" was asked for without a namespace'],
    [ConfigMap, { name: 'a', namespace: '' }, 'without a namespace'],
    [Node, { namespace: 'x' }, 'cluster-scoped, so leave the namespace out'],
    [ConfigMap, { namespace: 'x', name: '' }, 'cannot be the name'],
    [ConfigMap, { namespace: 'x', name: '..' }, 'cannot be the name'],
    [ConfigMap, { namespace: '..', name: 'a' }, 'cannot be the namespace'],
    [ConfigMap, { namespace: 'x', name: 'a/../../secrets/b' }, 'cannot be the name'],
    [ConfigMap, { namespace: 'x', name: 'a%2f..' }, 'cannot be the name'],
    [ConfigMap, { namespace: 'x', name: 'a', subresource: '../b' }, 'cannot be the subresource'],
  ])('%o %o', (type, parts, words) => {
    expect(() => resourcePath(type, parts)).toThrow(words)
  })
})

test('whatever the name, the path stays below its collection', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.constantFrom('..', '.', 'a/b', '../..', '%2e%2e', 'a?b=c', 'a#b')), (name) => {
      let path: string
      try {
        path = resourcePath(ConfigMap, { namespace: 'x', name })
      } catch {
        return
      }
      const url = new URL(path, 'https://server')
      expect(url.pathname.startsWith('/api/v1/namespaces/x/configmaps/')).toBe(true)
      expect(url.pathname.split('/')).toHaveLength(7)
      expect(url.search + url.hash).toBe('')
    }),
  )
})
