import {
  APPLY,
  apply,
  type Exchange,
  get,
  JSON_PATCH,
  MERGE,
  namespaceOf,
  patch,
  post,
  put,
  remove,
  type Scenario,
  STRATEGIC,
} from '../exchange.ts'

const NAME = 'custom'
const GROUP = 'diff.example.dev'
const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const ALL = `/apis/${GROUP}/v1/namespaces/${namespaceOf(NAME)}/widgets`

const SPEC = {
  type: 'object',
  required: ['size'],
  properties: {
    size: { type: 'integer', minimum: 1, maximum: 10 },
    ratio: { type: 'number', exclusiveMinimum: true, minimum: 0, multipleOf: 0.5 },
    color: { type: 'string', enum: ['red', 'green'], default: 'red' },
    name: { type: 'string', minLength: 2, maxLength: 5, pattern: '^[a-z]+$' },
    when: { type: 'string', format: 'date-time' },
    address: { type: 'string', format: 'ipv4' },
    flag: { type: 'boolean' },
    either: { 'x-kubernetes-int-or-string': true },
    tags: { type: 'array', items: { type: 'string' }, maxItems: 3, 'x-kubernetes-list-type': 'set' },
    ports: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['port'],
      items: { type: 'object', required: ['port'], properties: { port: { type: 'integer' }, name: { type: 'string' } } },
    },
    labels: { type: 'object', additionalProperties: { type: 'string' }, maxProperties: 2 },
    free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    nothing: { type: 'string', nullable: true },
    fixed: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'is fixed' }] },
    choice: {
      type: 'object',
      properties: { a: { type: 'string' }, b: { type: 'string' } },
      oneOf: [{ required: ['a'] }, { required: ['b'] }],
    },
  },
  'x-kubernetes-validations': [
    {
      rule: '!has(self.name) || self.name != "bad"',
      messageExpression: '"no " + self.name',
      fieldPath: '.name',
      reason: 'FieldValueForbidden',
    },
  ],
}

const definition = (plural: string, kind: string, spec: object, over: object = {}, names: object = {}) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.${GROUP}` },
  spec: {
    group: GROUP,
    scope: 'Namespaced',
    names: { kind, plural, ...names },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: { spec, status: { type: 'object', properties: { replicas: { type: 'integer' }, selector: { type: 'string' } } } },
          },
        },
        ...over,
      },
    ],
  },
})
const WIDGETS = definition(
  'widgets',
  'Widget',
  SPEC,
  {
    subresources: {
      status: {},
      scale: { specReplicasPath: '.spec.size', statusReplicasPath: '.status.replicas', labelSelectorPath: '.status.selector' },
    },
    additionalPrinterColumns: [
      { name: 'Size', type: 'integer', jsonPath: '.spec.size', description: 'How large' },
      { name: 'Color', type: 'string', jsonPath: '.spec.color', priority: 1 },
      { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    ],
    selectableFields: [{ jsonPath: '.spec.color' }],
  },
  { shortNames: ['wd'], categories: ['all'] },
)

const widget = (name: string, spec: object = { size: 1 }, more: object = {}) => ({
  apiVersion: `${GROUP}/v1`,
  kind: 'Widget',
  metadata: { name },
  spec,
  ...more,
})
const dry = (id: string, spec: object | undefined): Exchange => post(`create ${id}`, `${ALL}?dryRun=All`, { ...widget('dry'), spec })

/** Objects that the schema has something against. */
const VALUES: readonly (readonly [string, object | undefined])[] = [
  ['nothing', undefined],
  ['empty', {}],
  ...Object.entries({
    size: ['1', 0, 11, 1.5, null, true, [], {}],
    ratio: [0, 0.3, 0.5, '1'],
    color: ['blue', '', 1, null],
    name: ['a', 'toolong', 'Abc', 'bad', 'ok', ''],
    when: ['yesterday', '2020-01-01T00:00:00Z', '2020-01-01'],
    address: ['1.2.3.4', '1.2.3', '::1'],
    flag: ['true', 1, false],
    either: [1, 'x', true, {}],
    tags: [['a', 'b'], ['a', 'a'], ['a', 'b', 'c', 'd'], 'a', [1], [null]],
    ports: [[{ port: 1 }, { port: 2 }], [{ port: 1 }, { port: 1 }], [{}], [{ port: '1' }], {}],
    labels: [{ a: 'b' }, { a: 1 }, { a: 'b', c: 'd', e: 'f' }],
    free: [{ any: { thing: [1] } }, 'x', null],
    nothing: [null, 'x', 1],
    choice: [{ a: 'x' }, { a: 'x', b: 'y' }, {}],
    unknown: [1, { deep: 1 }],
  }).flatMap(([field, values]) => values.map((value) => [`${field}=${JSON.stringify(value)}`, { size: 1, [field]: value }] as const)),
  ['many', { size: 'x', name: 'A', tags: ['a', 'a'], color: 'blue', either: true }],
]

/** The real server comes to it a moment after it has taken the definition. */
const isEstablished = (body: unknown): boolean =>
  (
    body as { readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] } }
  ).status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True') === true

const EXCHANGES: readonly Exchange[] = [
  post('define', DEFINITIONS, WIDGETS),
  { ...get('established', `${DEFINITIONS}/widgets.${GROUP}`), until: isEstablished },
  ...VALUES.map(([id, spec]) => dry(id, spec)),
  post('create', ALL, widget('one', { size: 2, fixed: 'x' }, { status: { replicas: 9 } })),
  post('create-again', ALL, widget('one')),
  post('create-strict', `${ALL}?fieldValidation=Strict`, widget('two', { size: 1, extra: 1 }, { more: 2 })),
  post('create-warn', `${ALL}?fieldValidation=Warn`, widget('two', { size: 1, extra: 1 }, { more: 2 })),
  post('create-ignore', `${ALL}?fieldValidation=Ignore&dryRun=All`, widget('three', { size: 1, extra: 1 })),
  post(
    'create-duplicates',
    `${ALL}?fieldValidation=Strict`,
    `{"apiVersion":"${GROUP}/v1","kind":"Widget","metadata":{"name":"dup"},"spec":{"size":1,"size":2}}`,
  ),
  post('create-no-kind', ALL, { metadata: { name: 'x' }, spec: { size: 1 } }),
  post('create-wrong-kind', ALL, { ...widget('x'), kind: 'Gadget' }),
  post('create-wrong-version', ALL, { ...widget('x'), apiVersion: `${GROUP}/v2` }),
  post('create-bad-meta', ALL, { ...widget('x'), metadata: { name: 'Bad Name', labels: { a: 'b c' }, finalizers: ['x y'] } }),
  get('get', `${ALL}/one`),
  get('get-table', `${ALL}/one`, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' }),
  get('list', ALL),
  get('list-table', ALL, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' }),
  get('list-selected', `${ALL}?fieldSelector=spec.color=red`),
  get('list-selected-none', `${ALL}?fieldSelector=spec.color=green`),
  get('list-unselectable', `${ALL}?fieldSelector=spec.size=1`),
  get('discovery', `/apis/${GROUP}/v1`),
  get('group', `/apis/${GROUP}`),
  put('put-unversioned', `${ALL}/one`, widget('one')),
  put('put-fixed', `${ALL}/one`, (earlier: (id: string) => { metadata: object }) => ({
    ...widget('one', { size: 2, fixed: 'y' }),
    metadata: earlier('get').metadata,
  })),
  put('put-status-ignored', `${ALL}/one`, (earlier: (id: string) => { metadata: object }) => ({
    ...widget('one', { size: 2, fixed: 'x' }, { status: { replicas: 1 } }),
    metadata: earlier('get').metadata,
  })),
  put('put-status', `${ALL}/one/status`, (earlier: (id: string) => { metadata: object }) => ({
    ...widget('one', { size: 9 }, { status: { replicas: 1, selector: 'a=b' } }),
    metadata: earlier('get').metadata,
  })),
  get('scale', `${ALL}/one/scale`),
  patch('scale-patch', `${ALL}/one/scale`, MERGE, { spec: { replicas: 3 } }),
  patch('scale-too-far', `${ALL}/one/scale`, MERGE, { spec: { replicas: 30 } }),
  patch('scale-below', `${ALL}/one/scale`, MERGE, { spec: { replicas: -3 } }),
  patch('merge', `${ALL}/one`, MERGE, { spec: { tags: ['a'] } }),
  patch('merge-wrong', `${ALL}/one`, MERGE, { spec: { tags: 'a' } }),
  patch('merge-unknown-strict', `${ALL}/one?fieldValidation=Strict`, MERGE, { spec: { extra: 1 } }),
  patch('merge-unknown', `${ALL}/one`, MERGE, { spec: { extra: 1 } }),
  patch('merge-kind', `${ALL}/one`, MERGE, { kind: 'Gadget' }),
  patch('strategic', `${ALL}/one`, STRATEGIC, { spec: { tags: ['b'] } }),
  patch('json', `${ALL}/one`, JSON_PATCH, [
    { op: 'add', path: '/spec/tags/-', value: 'c' },
    { op: 'test', path: '/spec/size', value: 3 },
  ]),
  patch('json-fails', `${ALL}/one`, JSON_PATCH, [{ op: 'test', path: '/spec/size', value: 4 }]),
  patch('status-meta', `${ALL}/one/status`, MERGE, { metadata: { labels: { a: 'b' } }, status: { replicas: 2 } }),
  apply('apply', `${ALL}/applied`, 'ann', widget('applied', { size: 1, tags: ['a'], ports: [{ port: 1, name: 'x' }] })),
  apply('apply-join', `${ALL}/applied`, 'bob', widget('applied', { size: 1, tags: ['b'], ports: [{ port: 2, name: 'y' }] })),
  apply('apply-conflict', `${ALL}/applied`, 'bob', widget('applied', { size: 2, ports: [{ port: 1, name: 'z' }] })),
  apply('apply-forced', `${ALL}/applied`, 'bob', widget('applied', { size: 2 }), true),
  apply('apply-invalid', `${ALL}/applied`, 'bob', widget('applied', { size: 'x' })),
  apply('apply-unknown', `${ALL}/applied`, 'bob', widget('applied', { size: 2, extra: 1 })),
  apply('apply-status', `${ALL}/applied/status`, 'ann', { ...widget('applied'), spec: undefined, status: { replicas: 4 } }),
  patch('apply-no-manager', `${ALL}/applied`, APPLY, widget('applied')),
  remove('delete', `${ALL}/one`),
  remove('delete-collection', ALL),
  ...(
    [
      ['no-schema', { ...WIDGETS, spec: { ...WIDGETS.spec, versions: [{ name: 'v1', served: true, storage: true }] } }],
      ['wrong-name', { ...WIDGETS, metadata: { name: 'other.example.dev' } }],
      ['no-names', { ...WIDGETS, metadata: { name: `none.${GROUP}` }, spec: { ...WIDGETS.spec, names: {} } }],
      [
        'two-storage',
        {
          ...WIDGETS,
          metadata: { name: `twos.${GROUP}` },
          spec: {
            ...WIDGETS.spec,
            names: { kind: 'Two', plural: 'twos' },
            versions: [...WIDGETS.spec.versions, { ...WIDGETS.spec.versions[0], name: 'v2' }],
          },
        },
      ],
      [
        'bad-scope',
        {
          ...WIDGETS,
          metadata: { name: `scopes.${GROUP}` },
          spec: { ...WIDGETS.spec, names: { kind: 'Scope', plural: 'scopes' }, scope: 'Universe' },
        },
      ],
      ['untyped', definition('untyped', 'Untyped', { properties: { a: {} } })],
      ['unique', definition('uniques', 'Unique', { type: 'array', uniqueItems: true, items: { type: 'string' } })],
      [
        'both',
        definition('boths', 'Both', { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: { type: 'string' } }),
      ],
      ['bad-default', definition('defaults', 'Default', { type: 'object', properties: { a: { type: 'string', default: 1 } } })],
      ['bad-pattern', definition('patterns', 'Pattern', { type: 'object', properties: { a: { type: 'string', pattern: '(' } } })],
      ['bad-list', definition('lists', 'Lists', { type: 'array', 'x-kubernetes-list-type': 'map', items: { type: 'object' } })],
      ['bad-rule', definition('rules', 'Rule', { type: 'object', 'x-kubernetes-validations': [{ rule: 'self.nothing > 1' }] })],
      ['syntax-rule', definition('syntaxes', 'Syntax', { type: 'object', 'x-kubernetes-validations': [{ rule: 'self. >' }] })],
      [
        'no-bool-rule',
        definition('bools', 'Bool', {
          type: 'object',
          properties: { a: { type: 'string' } },
          'x-kubernetes-validations': [{ rule: 'self.a' }],
        }),
      ],
      [
        'bad-column',
        definition('columns', 'Column', SPEC, { additionalPrinterColumns: [{ name: 'x', type: 'strange', jsonPath: 'spec' }] }),
      ],
      ['bad-selectable', definition('selectables', 'Selectable', SPEC, { selectableFields: [{ jsonPath: '.spec.nothing' }] })],
      [
        'embedded-junctor',
        definition('junctors', 'Junctor', { type: 'object', anyOf: [{ type: 'object', properties: { a: { type: 'string' } } }] }),
      ],
      [
        'metadata-schema',
        definition('metas', 'Meta', SPEC, {
          schema: {
            openAPIV3Schema: { type: 'object', properties: { metadata: { type: 'object', properties: { labels: { type: 'object' } } } } },
          },
        }),
      ],
    ] as const
  ).map(([id, body]) => post(`define ${id}`, `${DEFINITIONS}?dryRun=All`, body)),
]

export const customResources: Scenario = { area: 'custom-resources', name: NAME, exchanges: EXCHANGES }
