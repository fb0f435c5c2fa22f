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
import { collectionOf, objectOf, SAMPLES, type Sample } from '../kinds/samples.ts'

const TABLE = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' }
const METADATA = { accept: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io' }
const METADATA_LIST = { accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io' }

/** What every kind is asked, whatever it is. */
export const kindScenarios = (): readonly Scenario[] =>
  SAMPLES.map((sample) => {
    const name = `kind-${sample.plural}`
    const collection = collectionOf(sample, namespaceOf(name))
    return {
      area: 'kinds',
      name,
      exchanges: [
        ...creation(sample, collection),
        ...reading(sample, collection),
        ...updates(sample, collection),
        ...patches(collection),
        ...applies(sample, collection),
        ...subresources(sample, collection),
        ...metadataRules(sample, collection),
        ...deletion(sample, collection),
      ],
    }
  })

/** Its labels select what belongs to the scenario where others write, too. */
const first = (sample: Sample, more: object = {}) => objectOf(sample, 'one', { labels: { suite: sample.plural }, ...more })

const creation = (sample: Sample, all: string): readonly Exchange[] => [
  post('create-dry', `${all}?dryRun=All`, first(sample)),
  post('create', all, first(sample)),
  post('create-again', all, first(sample)),
  post(
    'create-second',
    `${all}?fieldManager=second`,
    objectOf(sample, 'two', { labels: { suite: sample.plural, nr: '2' }, annotations: { a: 'b' } }),
  ),
  post('create-generated', `${all}?dryRun=All`, { ...first(sample), metadata: { generateName: 'gen-' } }),
  post('create-nameless', all, { ...first(sample), metadata: {} }),
  post('create-versioned', all, first(sample, { name: 'three', resourceVersion: '1' })),
  post('create-wrong-kind', all, { ...first(sample), kind: 'Strange' }),
  post('create-wrong-version', all, { ...first(sample), apiVersion: 'strange.example.dev/v1' }),
  post('create-without-kind', `${all}?dryRun=All`, { ...first(sample, { name: 'four' }), kind: undefined, apiVersion: undefined }),
  post('create-empty', all, {}),
  post('create-no-content', all, { apiVersion: sample.apiVersion, kind: sample.kind, metadata: { name: 'five' } }),
  post('create-wrong-namespace', all, first(sample, { name: 'six', namespace: 'elsewhere' })),
  post('create-unknown-strict', `${all}?fieldValidation=Strict`, { ...first(sample, { name: 'seven', extra: 1 }), extra: { a: 1 } }),
  post('create-unknown-warn', `${all}?fieldValidation=Warn&dryRun=All`, { ...first(sample, { name: 'seven', extra: 1 }), extra: { a: 1 } }),
  post('create-unknown-ignore', `${all}?fieldValidation=Ignore&dryRun=All`, { ...first(sample, { name: 'seven' }), extra: { a: 1 } }),
  post('create-bad-validation', `${all}?fieldValidation=Perhaps`, first(sample)),
  post('create-bad-dry-run', `${all}?dryRun=Some`, first(sample)),
]

const reading = ({ plural }: Sample, all: string): readonly Exchange[] => [
  get('get', `${all}/one`),
  get('get-missing', `${all}/nobody`),
  get('get-table', `${all}/one`, TABLE),
  get('get-metadata', `${all}/one`, METADATA),
  get('list', `${all}?labelSelector=suite=${plural}`),
  get('list-table', `${all}?labelSelector=suite=${plural}`, TABLE),
  get('list-table-objects', `${all}?labelSelector=suite=${plural}&includeObject=Object`, TABLE),
  get('list-metadata', `${all}?labelSelector=suite=${plural}`, METADATA_LIST),
  get('list-by-labels', `${all}?labelSelector=suite=${plural},nr+in+(1,2)`),
  get('list-by-bad-labels', `${all}?labelSelector=a=b=c`),
  get('list-by-name', `${all}?fieldSelector=metadata.name=two`),
  get('list-by-field', `${all}?fieldSelector=spec.nothing=two`),
  get('list-limited', `${all}?labelSelector=suite=${plural}&limit=1`),
  get('list-continued', (earlier) => `${all}?labelSelector=suite=${plural}&limit=1&continue=${earlier('list-limited').metadata?.continue}`),
  { ...get('watch', `${all}?watch=1&labelSelector=suite=${plural}&timeoutSeconds=1`), lines: 2 },
]

const current =
  (sample: Sample, change: object, from = 'create') =>
  // biome-ignore lint/suspicious/noExplicitAny: whatever the server said
  (earlier: (id: string) => any) => {
    const { metadata } = earlier(from)
    return {
      ...first(sample),
      metadata: { ...first(sample).metadata!, uid: metadata?.uid, resourceVersion: metadata?.resourceVersion, ...change },
    }
  }

const updates = (sample: Sample, all: string): readonly Exchange[] => [
  put('put-same', `${all}/one`, (earlier: (id: string) => unknown) => earlier('get')),
  put('put-label', `${all}/one`, current(sample, { labels: { suite: sample.plural, step: 'put' } })),
  put('put-stale', `${all}/one`, current(sample, { labels: { step: 'stale' }, resourceVersion: '1' })),
  put('put-unversioned', `${all}/one?dryRun=All`, current(sample, { resourceVersion: undefined })),
  put('put-wrong-uid', `${all}/one`, current(sample, { uid: '11111111-1111-1111-1111-111111111111', resourceVersion: undefined })),
  put('put-wrong-name', `${all}/one`, current(sample, { name: 'other' })),
  put('put-wrong-namespace', `${all}/one`, current(sample, { namespace: 'elsewhere' })),
  put('put-missing', `${all}/nobody`, objectOf(sample, 'nobody')),
  put('put-no-content', `${all}/one`, { apiVersion: sample.apiVersion, kind: sample.kind, metadata: { name: 'one' } }),
  put('put-collection', all, first(sample)),
]

const patches = (all: string): readonly Exchange[] => [
  patch('merge-label', `${all}/one`, MERGE, { metadata: { labels: { merged: 'yes' } } }),
  patch('merge-nothing', `${all}/one`, MERGE, {}),
  patch('merge-null', `${all}/one`, MERGE, { metadata: { labels: { merged: null } } }),
  patch('merge-wrong-type', `${all}/one`, MERGE, { metadata: { labels: 'x' } }),
  patch('merge-not-object', `${all}/one`, MERGE, '[1]'),
  patch('merge-malformed', `${all}/one`, MERGE, '{'),
  patch('merge-missing', `${all}/nobody`, MERGE, {}),
  patch('merge-name', `${all}/one`, MERGE, { metadata: { name: 'other' } }),
  patch('merge-uid', `${all}/one`, MERGE, { metadata: { uid: 'x' } }),
  patch('merge-version', `${all}/one`, MERGE, { metadata: { resourceVersion: '1' } }),
  patch('merge-strict', `${all}/one?fieldValidation=Strict`, MERGE, { extra: 1, metadata: { extra: 2 } }),
  patch('merge-warn', `${all}/one?dryRun=All`, MERGE, { extra: 1 }),
  patch('strategic-label', `${all}/one`, STRATEGIC, { metadata: { labels: { strategic: 'yes' } } }),
  patch('strategic-replace', `${all}/one?dryRun=All`, STRATEGIC, { metadata: { labels: { $patch: 'replace', a: 'b' } } }),
  patch('strategic-bad-directive', `${all}/one?dryRun=All`, STRATEGIC, { metadata: { labels: { $patch: 'scatter' } } }),
  patch('strategic-finalizers', `${all}/one?dryRun=All`, STRATEGIC, {
    metadata: { finalizers: ['example.dev/a', 'example.dev/b'], '$setElementOrder/finalizers': ['example.dev/b', 'example.dev/a'] },
  }),
  patch('json-add', `${all}/one`, JSON_PATCH, [{ op: 'add', path: '/metadata/labels/json', value: 'yes' }]),
  patch('json-test', `${all}/one`, JSON_PATCH, [{ op: 'test', path: '/metadata/name', value: 'two' }]),
  patch('json-missing', `${all}/one`, JSON_PATCH, [{ op: 'remove', path: '/metadata/labels/nothing' }]),
  patch('json-bad-op', `${all}/one`, JSON_PATCH, [{ op: 'wish', path: '/metadata/labels/a' }]),
  patch('json-object', `${all}/one`, JSON_PATCH, { a: 1 }),
  patch('unknown-type', `${all}/one`, 'application/strange+json', {}),
  patch('collection', all, MERGE, {}),
]

const applies = (sample: Sample, all: string): readonly Exchange[] => {
  const intent = (name: string, metadata: object = {}) => ({ ...objectOf(sample, name, metadata) })
  const bare = (name: string, metadata: object) => ({ apiVersion: sample.apiVersion, kind: sample.kind, metadata: { name, ...metadata } })
  return [
    apply('apply-create', `${all}/applied`, 'ann', intent('applied', { labels: { suite: sample.plural, who: 'ann' } })),
    apply('apply-again', `${all}/applied`, 'ann', intent('applied', { labels: { suite: sample.plural, who: 'ann' } })),
    apply('apply-conflict', `${all}/applied`, 'bob', bare('applied', { labels: { who: 'bob' } })),
    apply('apply-shared', `${all}/applied`, 'bob', bare('applied', { labels: { who: 'ann' } })),
    apply('apply-forced', `${all}/applied`, 'bob', bare('applied', { labels: { who: 'bob' } }), true),
    apply('apply-left', `${all}/applied`, 'bob', bare('applied', {})),
    patch('apply-no-manager', `${all}/applied`, APPLY, intent('applied')),
    apply('apply-wrong-name', `${all}/applied`, 'ann', intent('other')),
    apply('apply-no-kind', `${all}/applied`, 'ann', { metadata: { name: 'applied' } }),
    apply('apply-managed', `${all}/applied`, 'ann', intent('applied', { managedFields: [{ manager: 'x' }] })),
    apply('apply-unknown', `${all}/applied?dryRun=All`, 'ann', { ...intent('applied'), extra: 1 }),
    apply(
      'apply-yaml',
      `${all}/applied?dryRun=All`,
      'ann',
      `apiVersion: ${sample.apiVersion}\nkind: ${sample.kind}\nmetadata: {name: applied, labels: {y: aml}}\n`,
    ),
  ]
}

const subresources = ({ subresources: has = [] }: Sample, all: string): readonly Exchange[] =>
  ['status', 'scale', 'strange'].flatMap((name) => {
    const path = `${all}/one/${name}`
    if (!has.includes(name)) return [get(`${name}-get`, path)]
    return [
      get(`${name}-get`, path),
      put(`${name}-put`, path, (earlier: (id: string) => unknown) => earlier(`${name}-get`)),
      patch(`${name}-merge`, path, MERGE, { metadata: { labels: { status: 'touched' } } }),
      patch(`${name}-wrong`, path, MERGE, { [name === 'scale' ? 'spec' : 'status']: 'x' }),
      ...(name === 'scale'
        ? [
            get('scale-untouched', `${all}/one`),
            patch('scale-to', path, MERGE, { spec: { replicas: 5 } }),
            get('scale-touched', `${all}/one`),
            patch('scale-below', path, MERGE, { spec: { replicas: -1 } }),
          ]
        : []),
    ]
  })

const LONG = 'x'.repeat(64)
const metadataRules = (sample: Sample, all: string): readonly Exchange[] => {
  const dry = `${all}?dryRun=All`
  return (
    [
      ['bad-name', { name: 'Not A Name' }],
      ['long-name', { name: 'x'.repeat(254) }],
      ['bad-generate-name', { name: '', generateName: 'Bad_' }],
      ['bad-label-key', { labels: { 'a b': 'c', 'UPPER.example/x': 'c', '/x': '' } }],
      ['bad-label-value', { labels: { a: 'b c', long: LONG } }],
      ['bad-annotation-key', { annotations: { 'a b': 'c' } }],
      ['large-annotations', { annotations: { a: 'x'.repeat(262_145) } }],
      ['bad-finalizer', { finalizers: ['not a finalizer', 'plain'] }],
      ['plain-finalizer', { finalizers: ['example.dev/ok', 'unqualified'] }],
      ['bad-owner', { ownerReferences: [{ apiVersion: 'v1', kind: '', name: '', uid: '' }] }],
      [
        'two-controllers',
        { ownerReferences: ['a', 'b'].map((name) => ({ apiVersion: 'v1', kind: 'Pod', name, uid: name, controller: true })) },
      ],
      ['event-owner', { ownerReferences: [{ apiVersion: 'v1', kind: 'Event', name: 'a', uid: 'a' }] }],
      ['bad-managed-fields', { managedFields: [{ manager: 'm', operation: 'Wish', apiVersion: 'v1', fieldsType: 'FieldsV1' }] }],
      ['null-labels', { labels: null, annotations: { a: null } }],
      ['wrong-labels', { labels: { a: 1 } }],
      ['wrong-time', { creationTimestamp: 'yesterday' }],
      ['client-fields', { uid: 'mine', generation: 7, creationTimestamp: '2020-01-01T00:00:00Z', selfLink: '/x' }],
    ] as const
  ).map(([id, metadata]) => post(`metadata-${id}`, dry, first(sample, { name: 'm', ...metadata })))
}

const deletion = ({ plural }: Sample, all: string): readonly Exchange[] => [
  remove('delete-missing', `${all}/nobody`),
  remove('delete-wrong-uid', `${all}/two`, { preconditions: { uid: 'x' } }),
  remove('delete-wrong-version', `${all}/two`, { preconditions: { resourceVersion: '1' } }),
  remove('delete-bad-options', `${all}/two`, { propagationPolicy: 'Perhaps' }),
  remove('delete-two-policies', `${all}/two`, { propagationPolicy: 'Orphan', orphanDependents: true }),
  remove('delete-unknown-option', `${all}/two`, { kind: 'DeleteOptions', apiVersion: 'v1', strange: 1 }),
  remove('delete-dry', `${all}/two?dryRun=All`),
  patch('finalizer-add', `${all}/two`, MERGE, { metadata: { finalizers: ['example.dev/hold'] } }),
  remove('delete-held', `${all}/two`),
  remove('delete-held-again', `${all}/two`),
  patch('finalizer-more', `${all}/two`, MERGE, { metadata: { finalizers: ['example.dev/hold', 'example.dev/more'] } }),
  patch('finalizer-gone', `${all}/two`, MERGE, { metadata: { finalizers: null } }),
  remove('delete-orphan', `${all}/applied`, { propagationPolicy: 'Orphan' }),
  remove('delete-foreground', `${all}/one`, { propagationPolicy: 'Foreground' }),
  get('after-foreground', `${all}/one`),
  patch('release', `${all}/one`, MERGE, { metadata: { finalizers: null } }),
  get('list-after', `${all}?labelSelector=suite=${plural}`),
  remove('delete-collection-dry', `${all}?labelSelector=suite=${plural}&dryRun=All`),
]
