import fc from 'fast-check'
import { type ConvertibleObject, checkRoundTrip, lossless } from 'kubewright'
import { validObjects } from 'kubewright/testing/properties'
import { describe, expect, test } from 'vitest'
import { Application } from './application.ts'

const Beta = Application.inVersion('v1beta1')
const converters = lossless(Application.converters!)

test('the API server has nothing to say against the definition', () => {
  expect(Application.warnings).toEqual([])
})

test('3.1: it has every field, column and bound of the showcase’s Application', () => {
  const { spec, status } = Application.schema.properties!
  expect(spec?.properties).toMatchObject({
    replicas: { type: 'integer', minimum: 0, maximum: 100 },
    image: { type: 'string', minLength: 1 },
    strategy: { enum: ['RollingUpdate', 'Recreate'], default: 'RollingUpdate' },
    config: { additionalProperties: { type: 'string' } },
    resources: { properties: { requests: {}, limits: {} } },
  })
  expect(Beta.schema.properties?.['spec']?.required).toEqual(['replicas', 'image'])
  for (const field of ['observedGeneration', 'replicas', 'readyReplicas', 'phase', 'conditions'])
    expect(status?.properties).toHaveProperty(field)
  expect(Application.shortNames).toEqual(['app', 'apps'])
  expect(Application.categories).toEqual(['all'])
  const { subresources, additionalPrinterColumns } = Application.crd().spec.versions[0]!
  expect(subresources?.scale).toEqual({
    specReplicasPath: '.spec.replicas',
    statusReplicasPath: '.status.replicas',
    labelSelectorPath: '.status.selector',
  })
  expect(additionalPrinterColumns?.map(({ name }) => name)).toEqual(['Replicas', 'Ready', 'Phase', 'Image', 'Reason', 'Age'])
})

describe('3.6.14: v1beta1 and v1 become each other without loss', () => {
  test('whatever is written in v1beta1', () => {
    fc.assert(
      fc.property(validObjects(fc, Beta), (sent) => checkRoundTrip(converters, 'v1beta1', sent as unknown as ConvertibleObject)),
      { numRuns: 300 },
    )
  })

  const text = fc.string({ minLength: 1, maxLength: 10 })
  const ports = fc.uniqueArray(
    fc.record(
      { port: fc.integer({ min: 1, max: 65_535 }), protocol: fc.constantFrom('TCP', 'UDP', 'SCTP'), name: fc.constantFrom('a', 'b') },
      { requiredKeys: ['port', 'protocol'] },
    ),
    {
      maxLength: 4,
      selector: ({ port, protocol }) => `${port}/${protocol}`,
    },
  )
  const spec = fc.record(
    {
      image: text,
      replicas: fc.integer({ min: 0, max: 100 }),
      strategy: fc.constantFrom('RollingUpdate', 'Recreate'),
      ports,
      config: fc.dictionary(text, text, { maxKeys: 3, noNullPrototype: true }),
      env: fc.uniqueArray(fc.record({ name: text, value: text }), { maxLength: 3, selector: ({ name }) => name }),
      resources: fc.constantFrom({}, { limits: { cpu: 1 } }),
      paused: fc.boolean(),
      probes: fc.constantFrom({}, { liveness: { tcpSocket: {} } }),
      affinity: fc.constantFrom({}, { nodeAffinity: { 'a~/b': [1, { c: null }] } }),
      podDisruptionBudget: fc.constantFrom({ minAvailable: 1 }, { maxUnavailable: '10%' }),
    },
    { requiredKeys: ['image', 'replicas', 'strategy'], noNullPrototype: true },
  )
  const annotations = fc.option(fc.constantFrom({}, { a: 'b' }), { nil: undefined })
  const object = fc.record({ spec, annotations }).map(
    ({ spec, annotations }): ConvertibleObject => ({
      ...{ apiVersion: 'apps.kubewright.dev/v1', kind: 'Application' },
      metadata: { name: 'shop', ...(annotations !== undefined && Object.keys(annotations).length > 0 && { annotations }) },
      ...{ spec, status: { phase: 'Running', replicas: 1 } },
    }),
  )

  test('whatever is written in v1', () => {
    fc.assert(
      fc.property(object, (sent) => checkRoundTrip(converters, 'v1', sent)),
      { numRuns: 500 },
    )
  })

  test('a change of the one port in v1beta1 is the word that counts', () => {
    const sent = {
      apiVersion: 'apps.kubewright.dev/v1',
      kind: 'Application',
      metadata: { name: 'shop' },
      spec: { image: 'a:1', replicas: 1, strategy: 'RollingUpdate', paused: true, ports: [{ port: 80, protocol: 'TCP', name: 'web' }] },
    }
    const beta = converters.fromHub('v1beta1', sent) as ConvertibleObject & { readonly spec: object }
    expect(beta.spec).toEqual({ image: 'a:1', replicas: 1, strategy: 'RollingUpdate', port: 80 })
    const back = converters.toHub('v1beta1', { ...beta, spec: { ...beta.spec, port: 81 } })
    expect(back['spec']).toEqual({ ...sent.spec, ports: [{ port: 81, protocol: 'TCP' }] })
  })
})

test.each<readonly [string, object]>([
  ['no image', { image: undefined }],
  ['spec is null', null as unknown as object],
  ['too many replicas', { replicas: 101 }],
  ['a strategy that does not exist', { strategy: 'Hope' }],
  ['surge without rolling', { strategy: 'Recreate', rollingUpdate: { maxSurge: 1 } }],
  ['a value twice over', { env: [{ name: 'a', value: 'b', valueFrom: { secretKeyRef: { name: 'a', key: 'b' } } }] }],
  ['a value from two places', { env: [{ name: 'a', valueFrom: { secretKeyRef: { name: 'a', key: 'b' }, fieldRef: { fieldPath: 'a' } } }] }],
  ['a variable twice', { env: [{ name: 'a' }, { name: 'a' }] }],
  ['a port twice', { ports: [{ port: 80 }, { port: 80 }] }],
  ['fewer at most than at least', { autoscaling: { minReplicas: 3, maxReplicas: 2 } }],
  ['a budget that says both', { podDisruptionBudget: { minAvailable: 1, maxUnavailable: 1 } }],
  ['a budget that says nothing', { podDisruptionBudget: {} }],
  ['a probe that asks twice', { probes: { liveness: { exec: { command: ['a'] }, tcpSocket: {} } } }],
  ['an ingress to nothing', { ingress: { hosts: [{ host: 'a.example' }] } }],
  ['a volume of nothing', { volumes: [{ name: 'a', mountPath: '/a' }] }],
  ['a relative mount', { volumes: [{ name: 'a', mountPath: 'a', emptyDir: {} }] }],
])('%s is refused', (_, spec) => {
  const object = {
    apiVersion: 'apps.kubewright.dev/v1',
    kind: 'Application',
    metadata: { name: 'a' },
    spec: spec === null ? null : { image: 'a:1', ...spec },
  }
  expect(() => Application.parse(object)).toThrow(/is invalid/)
})
