import type { KubeObject } from 'kubewright'
import { describe, expect, test } from 'vitest'
import { parseAnnotations } from '../annotations/parse.ts'
import { type Defaults, type Material, specFor, specWithProblems, syncNameFor } from './translation.ts'

const defaults: Defaults = { deletionPolicy: 'SoftDelete', driftPolicy: 'Repair', driftIntervalMs: 600_000 }
const object: KubeObject = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'shop', namespace: 'team', uid: 'u1' } }
const pods: Material = {
  is: 'pods',
  spec: { containers: [{ name: 'c', envFrom: [{ secretRef: { name: 'db' } }, { secretRef: { name: 'opt', optional: true } }] }] },
}

function spec(annotations: Record<string, string>, material: Material = pods, from = defaults) {
  const prefixed = Object.entries({ path: 'secret/team/shop', ...annotations }).map(([key, value]) => [`vault-sync.io/${key}`, value])
  const parsed = parseAnnotations(Object.fromEntries(prefixed))
  if (parsed.is !== 'valid') throw new Error('not valid')
  return specFor(object, parsed.request, material, from)
}

describe('what an object asks for', () => {
  test('a workload: each Secret that it uses, at a path of its own', () => {
    expect(spec({})).toEqual({
      owner: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'shop', uid: 'u1' },
      path: 'secret/team/shop',
      layout: 'PerSecret',
      sources: [{ name: 'db' }, { name: 'opt', optional: true }],
      deletionPolicy: 'SoftDelete',
      driftPolicy: 'Repair',
      checkInterval: '10m0s',
    })
  })

  test('a workload with a list, or with templates: one secret', () => {
    expect(spec({ secrets: '[{"name":"db"}]' })).toMatchObject({ layout: 'Merged', sources: [{ name: 'db' }] })
    expect(spec({ templates: '{"x":"{{ db/user }}"}' })).toMatchObject({ layout: 'Merged', templates: { x: '{{ db/user }}' } })
  })

  test('a Secret: itself', () => {
    expect(spec({}, { is: 'secret' })).toMatchObject({ layout: 'Merged', sources: [{ name: 'shop' }] })
  })

  test.each<[Record<string, string>, number, string | undefined]>([
    [{}, 600_000, '10m0s'],
    [{}, 0, undefined],
    [{ reconcile: '1m' }, 600_000, '1m0s'],
    [{ reconcile: '1m' }, 0, '1m0s'],
    [{ reconcile: 'off' }, 600_000, undefined],
    [{ reconcile: 'off', 'rotation-check': '5m' }, 600_000, '5m0s'],
    [{ reconcile: '1h', 'rotation-check': '5m' }, 600_000, '5m0s'],
  ])('how often Vault is looked at: %j with %i ms by default', (annotations, driftIntervalMs, expected) => {
    expect(spec(annotations, pods, { ...defaults, driftIntervalMs }).checkInterval).toBe(expected)
  })

  test('what the annotations say goes before the operator’s settings', () => {
    expect(spec({ 'deletion-policy': 'Destroy', 'drift-policy': 'Ignore' })).toMatchObject({
      deletionPolicy: 'Destroy',
      driftPolicy: 'Ignore',
    })
  })
})

test('annotations that cannot be read keep what was asked for before', () => {
  const before = spec({ secrets: '[{"name":"db"}]' })
  expect(specWithProblems(object, ['wrong'], 'new/path', before as never)).toMatchObject({
    path: 'secret/team/shop',
    sources: [{ name: 'db' }],
    problems: ['wrong'],
  })
  expect(specWithProblems(object, ['wrong'], 'new/path', undefined)).toMatchObject({ path: 'new/path', problems: ['wrong'] })
})

test('names fit, and of two long ones no two are the same', () => {
  expect(syncNameFor('Deployment', 'shop')).toBe('deployment-shop')
  const [a, b] = [syncNameFor('StatefulSet', `${'x'.repeat(252)}a`), syncNameFor('StatefulSet', `${'x'.repeat(252)}b`)]
  expect(a.length).toBeLessThanOrEqual(253)
  expect(a).not.toBe(b)
})
