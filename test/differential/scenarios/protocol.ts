import { APPLY, type Exchange, get, MERGE, namespaceOf, patch, post, put, remove, type Scenario } from '../exchange.ts'

const NAME = 'protocol'
const ALL = `/api/v1/namespaces/${namespaceOf(NAME)}/configmaps`
const CORE_RESOURCES = 'application/json;as=APIGroupDiscoveryList;v=v2;g=apidiscovery.k8s.io'
const map = (name: string, data: object = { a: '1' }) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data })

const accept = (type: string) => ({ accept: type })
const typed = (type: string) => ({ headers: { 'content-type': type } })

/** What is asked with headers, parameters and bodies that are not as they should be, and on paths that are none. */
const EXCHANGES: readonly Exchange[] = [
  post('create', ALL, map('one')),
  post('create-two', ALL, map('two')),
  ...[
    '/',
    '/api',
    '/apis',
    '/version',
    '/healthz',
    '/livez',
    '/readyz',
    '/nothing',
    '/api/v2',
    '/apis/nothing.example.dev',
    '/apis/apps/v9',
  ].map((path) => get(`path ${path}`, path)),
  ...['/apis/apps', '/apis/batch/v1', '/apis/coordination.k8s.io/v1', '/apis/policy/v1', '/apis/autoscaling/v1', '/api/v1/nothing'].map(
    (path) => get(`path ${path}`, path),
  ),
  ...[
    '/apis/apps/v1/nothing',
    `${ALL}/one/nothing`,
    `/api/v1/configmaps/one`,
    `/api/v1/nodes/one/two/three`,
    '/apis/apps/v1/namespaces/x',
  ].map((path) => get(`path ${path}`, path)),
  get('openapi-index', '/openapi/v3'),
  get('openapi-missing', '/openapi/v3/apis/nothing.example.dev/v1'),
  get('aggregated-core', '/api', accept(CORE_RESOURCES)),
  get('aggregated-unknown-version', '/api', accept(`${CORE_RESOURCES.replace('v=v2', 'v=v9')},application/json`)),
  ...['text/html', 'application/xml', 'application/*', '*/*', '', 'application/yaml', 'application/json;as=Nothing;v=v1;g=meta.k8s.io'].map(
    (type) => get(`accept ${type}`, `${ALL}/one`, accept(type)),
  ),
  ...['/api', '/apis', '/api/v1', '/apis/apps', '/version'].flatMap((path) =>
    ['image/png', 'application/yaml', 'application/*'].map((type) => get(`accept ${type} of ${path}`, path, accept(type))),
  ),
  get('accept-table-beta', `${ALL}/one`, accept('application/json;as=Table;v=v1beta1;g=meta.k8s.io')),
  get('accept-table-unknown', `${ALL}/one`, accept('application/json;as=Table;v=v9;g=meta.k8s.io')),
  get('accept-second', `${ALL}/one`, accept('application/strange, application/json')),
  get('table-none', `${ALL}?includeObject=None`, accept('application/json;as=Table;v=v1;g=meta.k8s.io')),
  get('table-bad-include', `${ALL}?includeObject=Some`, accept('application/json;as=Table;v=v1;g=meta.k8s.io')),
  ...['text/plain', 'application/xml', 'application/json; charset=utf-8', 'application/yaml'].map((type) =>
    post(`type ${type}`, `${ALL}?dryRun=All`, map('typed'), typed(type)),
  ),
  ...[
    '',
    '{',
    '[]',
    'null',
    '"x"',
    '1',
    '{"kind":1}',
    '{"metadata":[]}',
    '{"metadata":{"name":1}}',
    '{"data":{"a":1}}',
    '{"data":[]}',
    '{"a":1,"a":2}',
  ].map((body) => post(`body ${body}`, ALL, body)),
  post('body-duplicates-strict', `${ALL}?fieldValidation=Strict`, '{"metadata":{"name":"d","name":"e"},"data":{"a":"1","a":"2"}}'),
  post('body-duplicates-warn', `${ALL}?dryRun=All`, '{"metadata":{"name":"d","name":"e"},"data":{"a":"1","a":"2"}}'),
  post('body-case', `${ALL}?dryRun=All&fieldValidation=Strict`, '{"metadata":{"Name":"d"},"Data":{"a":"1"}}'),
  post('body-prototype', `${ALL}?dryRun=All`, '{"metadata":{"name":"p"},"data":{"__proto__":"1","constructor":"2"}}'),
  post('body-deep', `${ALL}?dryRun=All`, `{"metadata":${'['.repeat(20_000)}${']'.repeat(20_000)}}`),
  post('body-large', ALL, JSON.stringify(map('large', { a: 'x'.repeat(1_100_000) }))),
  post('body-too-large', ALL, JSON.stringify(map('large', { a: 'x'.repeat(3_200_000) }))),
  ...[
    'limit=x',
    'limit=',
    'timeoutSeconds=',
    'limit=-1',
    'continue=x',
    'resourceVersion=x',
    'resourceVersion=-1',
    'resourceVersionMatch=Exact',
    'timeoutSeconds=x',
  ].map((query) => get(`list ${query}`, `${ALL}?${query}`)),
  ...[
    'resourceVersionMatch=Perhaps&resourceVersion=1',
    'resourceVersionMatch=Exact&resourceVersion=0',
    'resourceVersionMatch=NotOlderThan&resourceVersion=0',
    'sendInitialEvents=true',
    'continue=x&resourceVersion=1',
    'fieldSelector=a',
    'fieldSelector=metadata.name%3D%3D',
    'fieldSelector=metadata.name!=one',
    'fieldSelector=metadata.name=one,metadata.name=two',
    'labelSelector=!x',
    'labelSelector=x+notin+(a)',
    'labelSelector=x+in+()',
    'labelSelector=x>1',
    'labelSelector=x>a',
    'labelSelector=/a=b',
    'labelSelector=a=b%20c',
    'resourceVersion=99999999999999',
    'allowWatchBookmarks=x',
    'pretty=true',
    'unknown=1',
  ].map((query) => get(`list ${query}`, `${ALL}?${query}`)),
  ...[
    'watch=x',
    'watch=1&resourceVersionMatch=Exact&resourceVersion=1',
    'watch=1&sendInitialEvents=true',
    'watch=1&limit=-1',
    'watch=1&continue=x',
  ].map((query) => ({ ...get(`watch ${query}`, `${ALL}?${query}&timeoutSeconds=1`), lines: 2 })),
  {
    ...get(
      'watch-list',
      `${ALL}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=2`,
    ),
    lines: 5,
  },
  { ...get('watch-one', `${ALL}?watch=1&fieldSelector=metadata.name=one&timeoutSeconds=1`), lines: 1 },
  { ...get('watch-old', `${ALL}?watch=1&resourceVersion=1&timeoutSeconds=1`), lines: 1 },
  { ...get('watch-table', `${ALL}?watch=1&timeoutSeconds=1`, accept('application/json;as=Table;v=v1;g=meta.k8s.io')), lines: 2 },
  {
    ...get('watch-metadata', `${ALL}?watch=1&timeoutSeconds=1`, accept('application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io')),
    lines: 2,
  },
  { ...get('watch-prefix', `/api/v1/watch/namespaces/${namespaceOf(NAME)}/configmaps/one?timeoutSeconds=1`), lines: 1 },
  ...['fieldManager=', `fieldManager=${'x'.repeat(129)}`, 'fieldManager=a%00b', 'force=true', 'dryRun=', 'dryRun=All&dryRun=All'].flatMap(
    (query) => [
      post(`create ${query}`, `${ALL}?${query}`, map('one')),
      patch(`patch ${query}`, `${ALL}/one?${query}`, MERGE, {}),
      patch(`apply ${query}`, `${ALL}/one?${query}`, APPLY, map('one')),
    ],
  ),
  ...['OPTIONS /healthz', 'POST /livez', 'HEAD /apis', 'HEAD /version', 'POST /api', 'DELETE /apis/batch/v1'].map((line) => {
    const [method = '', path = ''] = line.split(' ')
    return { id: `method ${line}`, method, path }
  }),
  ...['/apis//', '/apis/', '/api//', '/apis/apps//', '/openapi/v3/'].map((path) => get(`slashes ${path}`, path)),
  ...['HEAD', 'OPTIONS', 'TRACE', 'FETCH'].map((method) => ({ id: `method ${method}`, method, path: `${ALL}/one` })),
  post('post-object', `${ALL}/one`, map('one')),
  post('post-everywhere', '/api/v1/configmaps', map('one')),
  put('put-no-name', `${ALL}/one`, { apiVersion: 'v1', kind: 'ConfigMap', metadata: {} }),
  patch('apply-not-yaml', `${ALL}/one?fieldManager=x`, APPLY, 'a: b: c'),
  patch(
    'apply-duplicates',
    `${ALL}/one?fieldManager=x&fieldValidation=Strict`,
    APPLY,
    'apiVersion: v1\nkind: ConfigMap\nkind: ConfigMap\nmetadata: {name: one}\n',
  ),
  patch('apply-list', `${ALL}/one?fieldManager=x`, APPLY, '[]'),
  remove('delete-wrong-kind', `${ALL}/one`, { kind: 'Strange', apiVersion: 'v1' }),
  remove('delete-bad-body', `${ALL}/one`, '{'),
  remove('delete-query', `${ALL}/one?propagationPolicy=Perhaps`),
  remove('delete-grace', `${ALL}/one?gracePeriodSeconds=x`),
  remove('delete-everywhere', '/api/v1/configmaps'),
  post('namespace-missing', '/api/v1/namespaces/d-not-there/configmaps', map('one')),
  get('namespace-missing-list', '/api/v1/namespaces/d-not-there/configmaps'),
  remove('delete-collection', `${ALL}?labelSelector=nobody=here`),
]

export const protocol: Scenario = { area: 'protocol', name: NAME, exchanges: EXCHANGES }
