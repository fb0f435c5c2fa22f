import { expect, test } from 'vitest'
import type { CustomResourceDefinition } from './definition.ts'
import { validateDefinition, validateDefinitionUpdate } from './validation.ts'

const version = (changes: object = {}) => ({
  name: 'v1',
  served: true,
  storage: true,
  schema: {
    openAPIV3Schema: {
      type: 'object',
      properties: { spec: { type: 'object', properties: { list: { type: 'array', items: { type: 'string' } } } } },
    },
  },
  ...changes,
})

const definition = (spec: object = {}, metadata: object = {}, status: object = { storedVersions: ['v1'] }) =>
  ({
    metadata: { name: 'widgets.example.com', ...metadata },
    spec: { group: 'example.com', scope: 'Namespaced', names: { plural: 'widgets', kind: 'Widget' }, versions: [version()], ...spec },
    status,
  }) as unknown as CustomResourceDefinition

const problems = (crd: CustomResourceDefinition) => validateDefinition(crd).map(({ field, message }) => `${field}: ${message}`)

test('a sound definition has no problems', () => {
  expect(problems(definition())).toEqual([])
})

const columns = (column: object) =>
  definition({ versions: [version({ additionalPrinterColumns: [{ name: 'A', type: 'string', jsonPath: '.a', ...column }] })] })
const selectable = (jsonPath: string) => definition({ versions: [version({ selectableFields: [{ jsonPath }] })] })
const scale = (paths: object) =>
  definition({
    versions: [version({ subresources: { scale: { specReplicasPath: '.spec.n', statusReplicasPath: '.status.n', ...paths } } })],
  })
const names = (changes: object) => definition({ names: { plural: 'widgets', kind: 'Widget', ...changes } })
const webhook = (changes: object) =>
  definition({
    conversion: { strategy: 'Webhook', webhook: { conversionReviewVersions: ['v1'], clientConfig: { url: 'https://a.dev' }, ...changes } },
  })
const COLUMN = 'spec.additionalPrinterColumns[0]'

test.each<readonly [string, CustomResourceDefinition, string]>([
  [
    'a name that is not plural and group',
    definition({}, { name: 'x' }),
    'metadata.name: Invalid value: "x": must be spec.names.plural+"."+spec.group',
  ],
  [
    'a group that is no domain',
    definition({ group: 'foo' }, { name: 'widgets.foo' }),
    'spec.group: Invalid value: "foo": should be a domain with at least one dot',
  ],
  [
    'a group of Kubernetes itself',
    definition({ group: 'a.k8s.io' }, { name: 'widgets.a.k8s.io' }),
    'metadata.annotations[api-approved.kubernetes.io]: Required value: protected groups must have approval annotation "api-approved.kubernetes.io", see https://github.com/kubernetes/enhancements/pull/1111',
  ],
  [
    'a scope that is none',
    definition({ scope: 'Galaxy' }),
    'spec.scope: Unsupported value: "Galaxy": supported values: "Cluster", "Namespaced"',
  ],
  ['no schema', definition({ versions: [version({ schema: undefined })] }), 'spec.versions[0].schema.openAPIV3Schema: Required value'],
  ['a version twice', definition({ versions: [version(), version({ storage: false })] }), 'spec.versions[1].name: Duplicate value: "v1"'],
  [
    'no version to store',
    definition({ versions: [version({ storage: false })] }),
    'spec.versions: Invalid value: ["v1"]: must have exactly one version marked as storage version',
  ],
  [
    'a warning without a deprecation',
    definition({ versions: [version({ deprecationWarning: 'x' })] }),
    'spec.versions[0].deprecationWarning: Invalid value: "x": can only be set for deprecated versions',
  ],
  [
    'a schema that is not structural',
    definition({ versions: [version({ schema: { openAPIV3Schema: { type: 'object', properties: { a: {} } } } })] }),
    'spec.validation.openAPIV3Schema.properties[a].type: Required value: must not be empty for specified object fields',
  ],
  [
    'a list kind that is the kind',
    names({ listKind: 'Widget' }),
    'spec.names.listKind: Invalid value: "Widget": kind and listKind may not be the same',
  ],
  [
    'a column of no type',
    columns({ type: 'foo' }),
    `${COLUMN}.type: Invalid value: "foo": must be one of boolean,date,integer,number,string`,
  ],
  [
    'a column of no format',
    columns({ format: 'foo' }),
    `${COLUMN}.format: Invalid value: "foo": must be one of byte,date,date-time,double,float,int32,int64,password`,
  ],
  ['a column without a name', columns({ name: '' }), `${COLUMN}.name: Required value`],
  ['a column without a path', columns({ jsonPath: '' }), `${COLUMN}.JSONPath: Required value`],
  [
    'a column whose path starts nowhere',
    columns({ jsonPath: 'a' }),
    `${COLUMN}.JSONPath: Invalid value: "a": must be a simple json path starting with .`,
  ],
  [
    'a selectable field that is not there',
    selectable('.spec.nope'),
    'spec.selectableFields[0].jsonPath: Invalid value: ".spec.nope": is an invalid path: does not refer to a valid field',
  ],
  [
    'a selectable list',
    selectable('.spec.list'),
    'spec.selectableFields[0].jsonPath: Invalid value: ".spec.list": must point to a field of type string, boolean or integer',
  ],
  ['a scale without a path', scale({ statusReplicasPath: '' }), 'spec.subresources.scale.statusReplicasPath: Required value'],
  [
    'a scale outside the spec',
    scale({ specReplicasPath: '.status.n' }),
    'spec.subresources.scale.specReplicasPath: Invalid value: ".status.n": should be a json path under .spec',
  ],
  [
    'a conversion by webhook that says nothing of where',
    definition({ conversion: { strategy: 'Webhook', webhook: { conversionReviewVersions: ['v1'] } } }),
    'spec.conversion.webhookClientConfig: Required value: required when strategy is set to Webhook',
  ],
  [
    'one that says two places',
    webhook({ clientConfig: { url: 'https://a.dev', service: { namespace: 'a', name: 'b' } } }),
    'spec.conversion.webhookClientConfig: Required value: exactly one of url or service is required',
  ],
  [
    'one without TLS',
    webhook({ clientConfig: { url: 'http://a.dev' } }),
    `spec.conversion.webhookClientConfig.url: Invalid value: "http": 'https' is the only allowed URL scheme; desired format: https://host[/path]`,
  ],
  [
    'one that speaks no version of the review that there is',
    webhook({ conversionReviewVersions: ['v9'] }),
    'spec.conversion.conversionReviewVersions: Invalid value: ["v9"]: must include at least one of v1, v1beta1',
  ],
  [
    'a webhook where none converts',
    definition({ conversion: { strategy: 'None', webhook: { conversionReviewVersions: ['v1'] } } }),
    'spec.conversion.conversionReviewVersions: Forbidden: should not be set when strategy is not set to Webhook',
  ],
  [
    'unknown fields preserved',
    definition({ preserveUnknownFields: true }),
    'spec.preserveUnknownFields: Invalid value: true: must be false',
  ],
])('%s is refused', (_, crd, problem) => {
  expect(problems(crd)).toEqual([problem])
})

test('a column whose path cannot be read is refused before any table needs it', () => {
  expect(problems(columns({ jsonPath: '.a[' }))).toEqual([
    expect.stringContaining(`${COLUMN}.JSONPath: Invalid value: ".a[": is an invalid json path: `),
  ])
})

test.each([
  ['spec.scope', { scope: 'Cluster' }],
  ['spec.group', { group: 'example.org' }],
])('%s cannot change', (field, spec) => {
  expect(validateDefinitionUpdate(definition(spec), definition()).map(({ field: at }) => at)).toEqual([field])
})

test('a version in which objects may be stored cannot go', () => {
  const next = definition({ versions: [version({ name: 'v2' })] }, {}, { storedVersions: ['v1', 'v2'] })
  const [cause] = validateDefinitionUpdate(next, definition())
  expect(cause?.message).toContain('missing from spec.versions; v1 was previously a storage version, and must remain in spec.versions')
})
