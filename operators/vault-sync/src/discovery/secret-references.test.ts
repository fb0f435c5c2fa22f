import { describe, expect, test } from 'vitest'
import { secretsOf } from './secret-references.ts'

const container = (over: object) => ({ name: 'main', ...over })
const names = (spec: object, imagePullSecrets = false) => secretsOf(spec as never, { imagePullSecrets }).map(({ name }) => name)

describe('S14: every way to refer to a Secret is found', () => {
  test.each<[string, object]>([
    ['env', { containers: [container({ env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'found', key: 'k' } } }] })] }],
    ['envFrom', { containers: [container({ envFrom: [{ secretRef: { name: 'found' } }] })] }],
    ['an init container', { containers: [], initContainers: [container({ envFrom: [{ secretRef: { name: 'found' } }] })] }],
    ['an ephemeral container', { containers: [], ephemeralContainers: [container({ envFrom: [{ secretRef: { name: 'found' } }] })] }],
    ['a volume', { containers: [], volumes: [{ name: 'v', secret: { secretName: 'found' } }] }],
    [
      'a projected volume',
      { containers: [], volumes: [{ name: 'v', projected: { sources: [{ configMap: { name: 'x' } }, { secret: { name: 'found' } }] } }] },
    ],
    ['a CSI volume', { containers: [], volumes: [{ name: 'v', csi: { driver: 'd', nodePublishSecretRef: { name: 'found' } } }] }],
  ])('%s', (_, spec) => expect(names(spec)).toEqual(['found']))

  test('image pull secrets when they are asked for', () => {
    const spec = { containers: [], imagePullSecrets: [{ name: 'registry' }] }
    expect(names(spec)).toEqual([])
    expect(names(spec, true)).toEqual(['registry'])
  })
})

test('a Secret that is optional in one place and needed in another is needed', () => {
  const envFrom = [{ secretRef: { name: 'a', optional: true } }, { secretRef: { name: 'b', optional: true } }, { secretRef: { name: 'a' } }]
  expect(secretsOf({ containers: [container({ envFrom })] } as never, { imagePullSecrets: false })).toEqual([
    { name: 'a', optional: false },
    { name: 'b', optional: true },
  ])
})

test('a template without anything has none', () => {
  expect(names({})).toEqual([])
  expect(secretsOf(undefined, { imagePullSecrets: true })).toEqual([])
})
