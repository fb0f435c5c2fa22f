import { describe, expect, test } from 'vitest'
import { DecodeError, typedForm } from './typed-form.ts'

const read = (type: string, value: unknown) => typedForm(type, value).value

describe('JSON becomes what the Go type would write', () => {
  test.each<readonly [string, string, unknown, object]>([
    ['nulls and empty optional fields go', 'core/v1.ConfigMap', { data: null, binaryData: {}, immutable: null }, { metadata: {} }],
    [
      'fields that are never omitted appear',
      'core/v1.Pod',
      { spec: { containers: null } },
      { metadata: {}, spec: { containers: null }, status: {} },
    ],
    [
      'times lose their fraction',
      'meta/v1.ObjectMeta',
      { creationTimestamp: '2024-01-01T00:00:00.5+02:00' },
      { creationTimestamp: '2023-12-31T22:00:00Z' },
    ],
    [
      'micro times keep six digits',
      'coordination/v1.LeaseSpec',
      { renewTime: '2024-01-01T00:00:00.123456Z' },
      { renewTime: '2024-01-01T00:00:00.123456Z' },
    ],
    [
      'quantities are written the shortest way',
      'core/v1.ResourceRequirements',
      { limits: { cpu: '0.5', memory: 1024 } },
      { limits: { cpu: '500m', memory: '1024' } },
    ],
    ['a port may be a name or a number', 'core/v1.ServicePort', { targetPort: 'http', port: 80 }, { port: 80, targetPort: 'http' }],
  ])('%s', (_, type, value, expected) => {
    expect(read(type, value)).toEqual(expected)
  })

  test('keys of a map are never taken for the prototype', () => {
    const { data } = read('core/v1.ConfigMap', JSON.parse('{"data":{"__proto__":"x"}}')) as { data: object }
    expect(Object.getOwnPropertyNames(data)).toEqual(['__proto__'])
    expect(Object.getPrototypeOf(data)).toBe(Object.prototype)
  })
})

test('fields that the type has not got are named by their path', () => {
  const { unknownFields } = typedForm('core/v1.Pod', { spec: { containers: [{ name: 'a' }, { imag: 1 }], hostNet: true }, foo: {} })
  expect(unknownFields).toEqual(['spec.containers[1].imag', 'spec.hostNet', 'foo'])
})

describe('what does not fit is said in Go', () => {
  test.each([
    ['core/v1.ConfigMap', { data: { a: 1 } }, 'json: cannot unmarshal number into Go struct field ConfigMap.data of type string'],
    ['core/v1.ConfigMap', { data: [] }, 'json: cannot unmarshal array into Go struct field ConfigMap.data of type map[string]string'],
    [
      'apps/v1.Deployment',
      { spec: { replicas: 'x' } },
      'json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
    ],
    [
      'apps/v1.Deployment',
      { spec: { replicas: 1.5 } },
      'json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32',
    ],
    [
      'core/v1.Pod',
      { spec: { hostNetwork: 'yes' } },
      'json: cannot unmarshal string into Go struct field PodSpec.spec.hostNetwork of type bool',
    ],
    ['core/v1.Secret', { data: { a: '???' } }, 'illegal base64 data at input byte 0'],
    ['core/v1.Secret', { data: { a: 'YQ' } }, 'illegal base64 data at input byte 0'],
    [
      'coordination/v1.Lease',
      { spec: { renewTime: '2024-01-01T00:00:00Z' } },
      'parsing time "2024-01-01T00:00:00Z" as "2006-01-02T15:04:05.000000Z07:00": cannot parse "Z" as ".000000"',
    ],
    [
      'core/v1.ResourceRequirements',
      { limits: { cpu: 'lots' } },
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    ],
  ])('%s %j', (type, value, message) => {
    expect(() => read(type, value)).toThrow(new DecodeError(message))
  })
})
