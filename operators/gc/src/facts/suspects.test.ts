import type { KubeObject } from 'kubewright'
import { expect, test } from 'vitest'
import { suspectsIn, suspicion } from './suspects.ts'

const definition = (kind: string, spec: object, group = 'example.dev'): KubeObject => ({
  metadata: { name: `${kind.toLowerCase()}s.${group}` },
  ...{
    spec: {
      group,
      names: { kind },
      versions: [
        { storage: false, schema: { openAPIV3Schema: { properties: {} } } },
        { storage: true, schema: { openAPIV3Schema: { properties: { spec: { type: 'object', properties: spec } } } } },
      ],
    },
  },
})
const text = { type: 'string' }
const named = { type: 'object', properties: { name: text } }

test.each<[string, object, string, string | undefined]>([
  ['a name', { secretName: text }, 'Secret', 'spec.secretName'],
  ['an object', { passwordSecretRef: named }, 'Secret', 'spec.passwordSecretRef'],
  ['a list', { imagePullSecrets: { type: 'array', items: named } }, 'Secret', 'spec.imagePullSecrets'],
  [
    'deep inside',
    { parts: { type: 'array', items: { type: 'object', properties: { configMapRef: named } } } },
    'ConfigMap',
    'spec.parts[*].configMapRef',
  ],
  [
    'in a map',
    { byName: { type: 'object', additionalProperties: { type: 'object', properties: { claimName: text } } } },
    'PersistentVolumeClaim',
    'spec.byName[*].claimName',
  ],
  ['another kind', { secretName: text }, 'ConfigMap', undefined],
  ['a switch that only sounds like one', { createSecret: { type: 'boolean' } }, 'Secret', undefined],
  ['nothing of the sort', { replicas: { type: 'integer' } }, 'Secret', undefined],
])('a custom kind may refer by %s', (_, spec, target, path) => {
  expect(suspectsIn([definition('Website', spec)], target, [])).toEqual(path === undefined ? [] : [{ kind: 'Website.example.dev', path }])
})

test('kinds that are looked at, and definitions without a schema, are no suspects', () => {
  const looked = [{ group: 'example.dev', kind: 'Website' }]
  expect(suspectsIn([definition('Website', { secretName: text })], 'Secret', looked)).toEqual([])
  expect(suspectsIn([{ metadata: { name: 'x' } }], 'Secret', [])).toEqual([])
})

test('five are told by name, the others in number; none is no sentence', () => {
  const suspects = Array.from({ length: 7 }, (_, n) => ({ kind: `K${n}.example.dev`, path: 'spec.secretName' }))
  const said = suspicion(suspects, 'Secret')
  expect(said).toMatch(/^Secret objects may be referred to by K0\.example\.dev \(spec\.secretName\), .*K4.*, and 2 other kinds/)
  expect(said).toContain('spec.referrers')
  expect(suspicion([], 'Secret')).toBeUndefined()
})
