import { describe, expect, test } from 'vitest'
import { duplicateFields, keyProblems } from './duplicate-fields.ts'
import { requestInfo } from './request-info.ts'

describe('a URL', () => {
  test.each<readonly [string, string]>([
    ['/api/v1/pods', ' v1 pods'],
    ['/api/v1/namespaces/n/pods/p', ' v1 pods n p'],
    ['/api/v1/namespaces/n/pods/p/log', ' v1 pods n p log'],
    ['/apis/apps/v1/namespaces/n/deployments/d/scale', 'apps v1 deployments n d scale'],
    ['/api/v1/namespaces', ' v1 namespaces'],
    ['/api/v1/namespaces/n', ' v1 namespaces  n'],
    ['/api/v1/namespaces/n/finalize', ' v1 namespaces  n finalize'],
    ['/api/v1/namespaces/n/status', ' v1 namespaces  n status'],
    ['/api/v1/namespaces/n/status/x', ' v1 status n x'],
    ['/api/v1/watch/namespaces/n/pods', ' v1 pods n watch'],
    ['/apis/rbac.authorization.k8s.io/v1/clusterroles/system:a/b', 'rbac.authorization.k8s.io v1 clusterroles  system:a b'],
    ['/api/v1/configmaps/100%', ' v1 configmaps  100%'],
    ['/api/v1/namespaces/n/pods/..', ' v1 pods n ..'],
    ['/api/v1/namespaces/n/pods/p//', ' v1 pods n p'],
    // As in the real server: no namespace is every namespace.
    ['/api/v1/namespaces//pods', ' v1 pods'],
    ['/api//v1/pods', '  v1  pods'],
    ['//api/v1/pods', 'other'],
    ['*', 'other'],
    ['/api', 'other'],
    ['/apis/apps/v1', 'other'],
    ['/healthz', 'other'],
  ])('%s', (path, expected) => {
    const info = requestInfo(path)
    if (info.is === 'other') return expect('other').toBe(expected)
    const { group, version, resource, namespace = '', name = '', subresource = '', watchPrefix } = info
    expect(
      [group, version, resource, namespace, name, subresource, watchPrefix ? 'watch' : '']
        .join(' ')
        .replace(/ +watch$/, ' watch')
        .trimEnd(),
    ).toBe(expected)
  })
})

describe('keys that stand twice', () => {
  test.each([
    ['{"a":1,"b":{"a":2}}', []],
    ['{"a":1,"a":2}', ['a']],
    ['{"spec":{"ports":[{"port":1},{"port":1,"port":2}]}}', ['spec.ports[1].port']],
    ['{"a":"}\\"{","a":[],"b":[[],{"c":1,"c":2}]}', ['a', 'b[1].c']],
    ['{"\\u0061":1,"a":2}', ['a']],
    ['[]', []],
    ['3', []],
  ])('%s', (json, paths) => {
    expect(duplicateFields(json)).toEqual(paths)
  })
})

test('what is wrong with the keys of a text is told once each, in the order of the text', () => {
  const text = '{"metadata":{"a":1,"labels":{"l":1,"l":2}},"spec":{"x":1,"replicas":1,"replicas":2,"y":1,"replicas":3}}'
  expect(keyProblems(text, ['spec.y', 'spec.x', 'metadata.a', 'elsewhere'])).toEqual([
    'unknown field "metadata.a"',
    'duplicate field "metadata.labels.l"',
    'unknown field "spec.x"',
    'duplicate field "spec.replicas"',
    'unknown field "spec.y"',
    'unknown field "elsewhere"',
  ])
})
