import { applyStrategicMergePatch } from '@kubewright/core'
import { describe, expect, test } from 'vitest'
import { compileSchema, type Json } from '../schema/index.ts'
import { kindOfType, patchSchemaOf, schemaOf } from './index.ts'
import { builtinTypes, parseTypeTable } from './type-table.ts'

const DEPLOYMENT = { group: 'apps', version: 'v1', kind: 'Deployment' }
const POD = { group: '', version: 'v1', kind: 'Pod' }

describe('the table', () => {
  test.each([
    [POD, 'core/v1.Pod'],
    [DEPLOYMENT, 'apps/v1.Deployment'],
    [{ group: 'events.k8s.io', version: 'v1', kind: 'Event' }, 'events/v1.Event'],
    [{ group: 'autoscaling', version: 'v1', kind: 'Scale' }, 'autoscaling/v1.Scale'],
    [{ group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition' }, 'apiextensions/v1.CustomResourceDefinition'],
    [{ group: 'apps', version: 'v1', kind: 'DeleteOptions' }, 'meta/v1.DeleteOptions'],
    [{ group: 'apps', version: 'v1', kind: 'DeploymentSpec' }, undefined],
    [{ group: 'apps', version: 'v1beta1', kind: 'Deployment' }, undefined],
    [{ group: 'example.dev', version: 'v1', kind: 'Website' }, undefined],
  ])('%o is %s', (kind, type) => expect(kindOfType(kind)).toBe(type))

  test('every type that a field names is there', () => {
    const { types } = builtinTypes()
    const missing = [...types.values()].flatMap((type) => {
      if (type.is === 'enum') return []
      return type.fields.flatMap(({ type: ref }) => {
        let current = ref
        while ('element' in current) current = current.element
        return current.is === 'named' && !types.has(current.name) ? [current.name] : []
      })
    })
    expect(missing).toEqual([])
  })

  test('every message can be told apart by its protobuf numbers', () => {
    for (const type of builtinTypes().types.values()) {
      if (type.is === 'enum') continue
      const numbers = type.fields.map((field) => field.proto).filter((each) => each !== 0)
      expect(new Set(numbers).size, type.name).toBe(numbers.length)
    }
  })

  test('a broken table is an error, not a gap', () => {
    expect(() => parseTypeTable('Pod k')).toThrow('not with a package')
    expect(() => parseTypeTable('# a/v1 - v1 a\nPod k\n\tname 1 strnig')).toThrow('unknown basic type "strnig"')
  })
})

describe('the schema of a built-in kind', () => {
  const pod = compileSchema(schemaOf(POD)!)
  const object = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a', labels: { a: 'b' }, creationTimestamp: null },
    spec: { containers: [{ name: 'c', resources: { limits: { cpu: 0.5, memory: '1Gi' } }, livenessProbe: { httpGet: { port: 'http' } } }] },
  } satisfies Json

  test('knows what the kind has', () => {
    expect(pod.unknownFields(object)).toEqual([])
    expect(pod.validate(object)).toEqual([])
    expect(pod.prune(object)).toBe(object)
  })

  test('finds what it has not, at any depth', () => {
    const wrong = {
      ...object,
      metadata: { ...object.metadata, lables: {} },
      spec: { ...object.spec, containers: [{ name: 'c', imgae: 'x' }] },
    }
    expect(pod.unknownFields(wrong)).toEqual(['spec.containers[0].imgae', 'metadata.lables'])
  })

  test('knows the types of values', () => {
    const [cause] = pod.validate({ ...object, spec: { containers: 'none' } })
    expect(cause).toMatchObject({ field: 'spec.containers', reason: 'FieldValueTypeInvalid' })
  })

  test('is the same object for the same kind', () => expect(schemaOf(POD)).toBe(schemaOf(POD)))
  test('is absent for a kind that is not built in', () => expect(schemaOf({ group: 'x', version: 'v1', kind: 'Y' })).toBeUndefined())

  test('takes any schema inside of a CRD, however deep it nests', () => {
    const crd = compileSchema(schemaOf({ group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition' })!)
    const schema = { openAPIV3Schema: { type: 'object', properties: { a: { type: 'array', items: { type: 'object' } } } } }
    const versions = [{ name: 'v1', served: true, storage: true, schema }]
    expect(crd.unknownFields({ spec: { group: 'x', versions } })).toEqual([])
  })

  test('carries how lists merge', () => {
    const spec = schemaOf(DEPLOYMENT)?.properties?.['spec']?.properties?.['template']?.properties?.['spec']
    expect(spec?.properties?.['containers']?.items?.properties?.['ports']).toMatchObject({
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['containerPort', 'protocol'],
      'x-kubernetes-patch-merge-key': 'containerPort',
      'x-kubernetes-patch-strategy': 'merge',
    })
  })
})

describe('a strategic merge patch of a built-in kind', () => {
  const deployment = {
    spec: {
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } },
      template: {
        spec: {
          containers: [
            { name: 'a', image: 'a:1', args: ['x'] },
            { name: 'b', image: 'b:1' },
          ],
          nodeSelector: { x: 'y' },
        },
      },
    },
  }
  const patch = (change: object) => applyStrategicMergePatch(deployment, change, patchSchemaOf(DEPLOYMENT)!)

  test('merges containers by name and replaces their arguments', () => {
    expect(patch({ spec: { template: { spec: { containers: [{ name: 'a', args: ['y'] }] } } } })).toMatchObject({
      spec: {
        template: {
          spec: {
            containers: [
              { name: 'a', image: 'a:1', args: ['y'] },
              { name: 'b', image: 'b:1' },
            ],
          },
        },
      },
    })
  })

  test('deletes a container by name', () => {
    const patched = patch({ spec: { template: { spec: { containers: [{ $patch: 'delete', name: 'a' }] } } } })
    expect(patched).toMatchObject({ spec: { template: { spec: { containers: [{ name: 'b', image: 'b:1' }] } } } })
  })

  test('keeps only the keys it is told to retain', () => {
    expect(patch({ spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } })).toMatchObject({
      spec: { strategy: { type: 'Recreate' } },
    })
    expect(patch({ spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } })).not.toHaveProperty('spec.strategy.rollingUpdate')
  })

  test('does not exist for a kind that is not built in', () => {
    expect(patchSchemaOf({ group: 'example.dev', version: 'v1', kind: 'Website' })).toBeUndefined()
  })
})
