import type { StructuralSchema } from '../structural/structural.ts'
import type { GivenCrd } from './kind-source.ts'

const crd = (kind: string, plural: string, spec: StructuralSchema, more: object = {}, frame: object = {}): GivenCrd =>
  ({
    metadata: { name: `${plural}.fixture.example.dev`, annotations: { 'controller-gen.kubebuilder.io/version': 'v0.21.0' } },
    spec: {
      group: 'fixture.example.dev',
      scope: 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              description: `${kind} is the schema.`,
              properties: {
                apiVersion: { type: 'string', description: 'APIVersion defines the versioned schema.' },
                kind: { type: 'string', description: 'Kind is a string value.' },
                metadata: { type: 'object' },
                spec,
              },
            },
          },
          ...more,
        },
      ],
      ...frame,
    },
  }) as GivenCrd

const object = (properties: Readonly<Record<string, StructuralSchema>>, more: StructuralSchema = {}): StructuralSchema => ({
  type: 'object',
  properties,
  ...more,
})

/** Definitions as other tools write them: every keyword that a structural schema may have is in one of them. */
export const CRDS: readonly GivenCrd[] = [
  crd(
    'Scalar',
    'scalars',
    object(
      {
        text: { type: 'string', minLength: 1, maxLength: 9, pattern: '^[a-z/]+$', description: 'It\'s\na "text".' },
        when: { type: 'string', format: 'date-time' },
        int: { type: 'integer' },
        wide: { type: 'integer', format: 'int64', minimum: 0, maximum: 5, exclusiveMinimum: true },
        narrow: { type: 'integer', format: 'int32', multipleOf: 2 },
        float: { type: 'number', format: 'double', minimum: 0.5 },
        flag: { type: 'boolean', default: false },
        mode: { type: 'string', enum: ['A', "B's"], default: 'A' },
        level: { type: 'integer', enum: [1, 2] },
        maybe: { type: 'string', nullable: true },
        port: { anyOf: [{ type: 'integer' }, { type: 'string' }], 'x-kubernetes-int-or-string': true, default: '25%' },
        amount: {
          anyOf: [{ type: 'integer' }, { type: 'string' }],
          pattern: '^(\\+|-)?[0-9]+[KMG]?$',
          'x-kubernetes-int-or-string': true,
        },
      },
      { required: ['text', 'int'] },
    ),
  ),
  // A pattern of RE2 that JavaScript does not know.
  crd('Regex', 'regexes', object({ go: { type: 'string', pattern: '^(?i)abc\\z' } })),
  crd(
    'Lists',
    'lists',
    object({
      plain: { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: 3 },
      atomic: { type: 'array', items: { type: 'integer' }, 'x-kubernetes-list-type': 'atomic' },
      set: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set', maxItems: 4 },
      map: {
        type: 'array',
        items: object({ name: { type: 'string' }, protocol: { type: 'string', default: 'TCP' } }, { required: ['name'] }),
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name', 'protocol'],
      },
      labels: { type: 'object', additionalProperties: { type: 'string', maxLength: 63 }, maxProperties: 5 },
      selector: object(
        { matchLabels: { type: 'object', additionalProperties: { type: 'string' } } },
        { 'x-kubernetes-map-type': 'atomic' },
      ),
      nested: { type: 'array', items: { type: 'array', items: object({ a: { type: 'integer' } }) }, default: [[{ a: 1 }]] },
    }),
  ),
  crd(
    'Open',
    'opens',
    object(
      {
        anything: { 'x-kubernetes-preserve-unknown-fields': true },
        values: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        some: object({ known: { type: 'string' } }, { 'x-kubernetes-preserve-unknown-fields': true }),
        template: { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
        'odd-name': { type: 'string', title: 'Odd', example: 'x' },
      },
      { required: ['anything'] },
    ),
  ),
  crd(
    'Ruled',
    'ruleds',
    object(
      {
        kind: { type: 'string', maxLength: 9, 'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'Value is immutable' }] },
        one: object({ a: { type: 'string' }, b: { type: 'string' } }, { oneOf: [{ required: ['a'] }, { required: ['b'] }] }),
      },
      {
        'x-kubernetes-validations': [
          { rule: "!has(self.one) || self.one.a != 'x'", message: "not 'x'", fieldPath: '.one', reason: 'FieldValueForbidden' },
          { rule: 'has(self.kind)\n  || true', messageExpression: '"is " + self.kind', message: 'two lines' },
        ],
      },
    ),
  ),
  crd(
    'Framed',
    'framed',
    object({ replicas: { type: 'integer', default: 1 }, node: { type: 'string' } }),
    {
      deprecated: true,
      deprecationWarning: 'use something else',
      subresources: {
        status: {},
        scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas', labelSelectorPath: '.status.selector' },
      },
      additionalPrinterColumns: [
        { name: 'Node', type: 'string', jsonPath: '.spec.node', description: 'where', priority: 1 },
        { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
      ],
      selectableFields: [{ jsonPath: '.spec.node' }],
      schema: {
        openAPIV3Schema: {
          type: 'object',
          required: ['spec'],
          properties: {
            spec: object({ replicas: { type: 'integer', default: 1 }, node: { type: 'string' } }),
            status: object({ replicas: { type: 'integer' }, selector: { type: 'string' } }, { default: { replicas: 0 } }),
          },
          'x-kubernetes-validations': [{ rule: "self.metadata.name != 'x'", message: 'not x' }],
        },
      },
    },
    {
      scope: 'Cluster',
      names: {
        kind: 'Framed',
        plural: 'framed',
        singular: 'frame',
        listKind: 'FrameList',
        shortNames: ['fr'],
        categories: ['all', 'frames'],
      },
    },
  ),
  {
    spec: {
      group: 'fixture.example.dev',
      scope: 'Namespaced',
      names: { kind: 'Versioned', plural: 'versioneds', singular: 'versioned', listKind: 'VersionedList' },
      versions: ['v1alpha1', 'v1', 'v2'].map((name) => ({
        name,
        served: name !== 'v1alpha1',
        storage: name === 'v1',
        schema: {
          openAPIV3Schema: { type: 'object', required: ['spec'], properties: { spec: object({ [`in${name}`]: { type: 'string' } }) } },
        },
        subresources: {},
      })),
    },
  },
]
