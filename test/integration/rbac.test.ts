// Rights, tokens and impersonation, word for word as kube-apiserver has them. The same on both servers.
import { eventually } from '@kubewright/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { useCluster } from './harness.ts'
import { type Reply, type Wire, wire } from './wire.ts'

const bench = useCluster({ controllers: true })
const RBAC = '/apis/rbac.authorization.k8s.io/v1'
const AUTHZ = '/apis/authorization.k8s.io/v1'
const AUTHN = '/apis/authentication.k8s.io/v1'
const GROUP = 'rbac.authorization.k8s.io'

let admin: Wire
beforeAll(() => {
  admin = wire(bench.cluster.connection)
})
afterAll(() => admin[Symbol.dispose]())

const as = (user: string, ...groups: readonly string[]) => ({ 'impersonate-user': user, 'impersonate-group': [...groups] })
const refusal = ({ code, body }: Reply) => [code, body.message]

async function make(path: string, body: object): Promise<Reply['body']> {
  const reply = await admin.send('POST', path, body)
  expect(refusal(reply)).toEqual([201, undefined])
  return reply.body
}

let made = 0
/** A user who may do this, and nothing else; waits until the server knows it. */
async function userWith(rules: readonly object[], namespace?: string): Promise<string> {
  const name = `user-${++made}`
  const home = namespace === undefined ? RBAC : `${RBAC}/namespaces/${namespace}`
  const kind = namespace === undefined ? 'Cluster' : ''
  await make(`${home}/${kind.toLowerCase()}roles`, { metadata: { name }, rules })
  await make(`${home}/${kind.toLowerCase()}rolebindings`, {
    metadata: { name },
    roleRef: { apiGroup: GROUP, kind: `${kind}Role`, name },
    subjects: [{ apiGroup: GROUP, kind: 'User', name }],
  })
  await known(name, namespace ?? '')
  return name
}

/** A real server's authorizer reads roles through a cache: until it has caught up, a new user has no rights. */
async function known(user: string, namespace: string): Promise<void> {
  await eventually(async () => {
    const { body } = await admin.send('POST', `${AUTHZ}/selfsubjectrulesreviews`, { spec: { namespace: namespace || 'default' } }, as(user))
    const count = (body.status?.resourceRules?.length ?? 0) + (body.status?.nonResourceRules?.length ?? 0)
    // What every user has: three rules that only authenticated users need, and two of paths.
    if (count <= 4) throw new Error(`${user} has no rights yet`)
  })
}

describe('what is not allowed is refused', () => {
  test.for([
    [
      'GET',
      '/api/v1/namespaces/default/pods',
      'pods is forbidden: User "bob" cannot list resource "pods" in API group "" in the namespace "default"',
    ],
    ['GET', '/api/v1/pods?watch=1', 'pods is forbidden: User "bob" cannot watch resource "pods" in API group "" at the cluster scope'],
    [
      'GET',
      '/api/v1/namespaces/default',
      'namespaces "default" is forbidden: User "bob" cannot get resource "namespaces" in API group "" in the namespace "default"',
    ],
    [
      'DELETE',
      '/api/v1/namespaces/default/pods',
      'pods is forbidden: User "bob" cannot deletecollection resource "pods" in API group "" in the namespace "default"',
    ],
    [
      'PATCH',
      '/apis/apps/v1/namespaces/default/deployments/x/scale',
      'deployments.apps "x" is forbidden: User "bob" cannot patch resource "deployments/scale" in API group "apps" in the namespace "default"',
    ],
    [
      'GET',
      '/api/v1/namespaces/default/pods?fieldSelector=metadata.name%3Da',
      'pods "a" is forbidden: User "bob" cannot list resource "pods" in API group "" in the namespace "default"',
    ],
    ['GET', '/apis/nope/v1/x/y', 'x.nope "y" is forbidden: User "bob" cannot get resource "x" in API group "nope" at the cluster scope'],
    ['GET', '/foo<b>', 'forbidden: User "bob" cannot get path "/foo&lt;b&gt;"'],
  ] as const)('%s %s', async ([method, path, message]) => {
    const body = method === 'PATCH' ? {} : undefined
    const reply = await admin.send(method, path.replace('<b>', '%3Cb%3E'), body, as('bob'))
    expect(refusal(reply)).toEqual([403, message])
    expect(reply.body).toMatchObject({ kind: 'Status', reason: 'Forbidden' })
  })

  test('to nobody in particular, too', async () => {
    using nobody = wire({ ...bench.cluster.connection, token: undefined })
    const message = 'pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" at the cluster scope'
    expect(refusal(await nobody.send('GET', '/api/v1/pods'))).toEqual([403, message])
    expect((await nobody.send('GET', '/version')).code).toBe(200)
  })

  test('while wrong credentials are something else', async () => {
    using stranger = wire({ ...bench.cluster.connection, token: 'wrong' })
    expect(refusal(await stranger.send('GET', '/version'))).toEqual([401, 'Unauthorized'])
  })
})

describe('a role gives', () => {
  test('what it names, and in its namespace alone', async () => {
    const namespace = await bench.namespace()
    const user = await userWith([{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'create'] }], namespace)
    const at = `/api/v1/namespaces/${namespace}/configmaps`
    expect((await admin.send('POST', at, { metadata: { name: 'a' } }, as(user))).code).toBe(201)
    expect((await admin.send('GET', `${at}/a`, undefined, as(user))).code).toBe(200)
    expect((await admin.send('DELETE', `${at}/a`, undefined, as(user))).code).toBe(403)
    expect((await admin.send('GET', `/api/v1/namespaces/default/configmaps`, undefined, as(user))).code).toBe(403)
    expect((await admin.send('GET', `/api/v1/configmaps`, undefined, as(user))).code).toBe(403)
  })

  test('some objects by their names, for a list by name as well', async () => {
    const user = await userWith([{ apiGroups: [''], resources: ['configmaps'], resourceNames: ['one'], verbs: ['get', 'list'] }])
    const at = '/api/v1/namespaces/default/configmaps'
    expect((await admin.send('GET', `${at}/one`, undefined, as(user))).code).toBe(404)
    expect((await admin.send('GET', `${at}/two`, undefined, as(user))).code).toBe(403)
    expect((await admin.send('GET', `${at}?fieldSelector=metadata.name%3Done`, undefined, as(user))).code).toBe(200)
    expect((await admin.send('GET', at, undefined, as(user))).code).toBe(403)
  })

  test('parts of objects, by themselves or of every kind', async () => {
    const user = await userWith([
      { apiGroups: ['apps'], resources: ['deployments/scale'], verbs: ['get'] },
      { apiGroups: ['*'], resources: ['*/status'], verbs: ['get'] },
    ])
    const at = '/apis/apps/v1/namespaces/default/deployments/x'
    expect((await admin.send('GET', `${at}/scale`, undefined, as(user))).code).toBe(404)
    expect((await admin.send('GET', `${at}/status`, undefined, as(user))).code).toBe(404)
    expect((await admin.send('GET', at, undefined, as(user))).code).toBe(403)
  })

  test('paths, and all below them with a star', async () => {
    const user = await userWith([{ nonResourceURLs: ['/metrics', '/logs/*'], verbs: ['get'] }])
    const allowed = async (path: string) => {
      const spec = { user, nonResourceAttributes: { path, verb: 'get' } }
      return (await admin.send('POST', `${AUTHZ}/subjectaccessreviews`, { spec })).body.status.allowed
    }
    expect([await allowed('/metrics'), await allowed('/metrics/x'), await allowed('/logs/a/b'), await allowed('/logs')]).toEqual([
      true,
      false,
      true,
      false,
    ])
  })
})

test('admin, edit and view gather the rules of what is labelled for them', async () => {
  const rules = [{ apiGroups: ['shop.example.com'], resources: ['carts'], verbs: ['get', 'list', 'watch'] }]
  const labels = { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' }
  await make(`${RBAC}/clusterroles`, { metadata: { name: 'carts-view', labels }, rules })
  for (const role of ['view', 'edit', 'admin']) {
    await eventually(async () => {
      const { body } = await admin.send('GET', `${RBAC}/clusterroles/${role}`)
      expect(body.rules).toContainEqual(rules[0])
    })
  }
  const { body } = await admin.send('GET', `${RBAC}/clusterroles/view`)
  expect(body.rules).toHaveLength(13)
})

test('who may patch or replace may not yet create: an apply or a PUT of what is not there needs that right too', async () => {
  const changes = { apiGroups: ['', 'coordination.k8s.io'], resources: ['configmaps', 'leases'], verbs: ['get', 'patch', 'update'] }
  const creates = { apiGroups: [''], resources: ['configmaps'], resourceNames: ['named'], verbs: ['create'] }
  const user = await userWith([changes, creates])
  const apply = (name: string) =>
    admin.send(
      'PATCH',
      `/api/v1/namespaces/default/configmaps/${name}?fieldManager=test`,
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } },
      { ...as(user), 'content-type': 'application/apply-patch+yaml' },
    )
  expect((await apply('other')).code).toBe(403)
  expect((await admin.send('GET', '/api/v1/namespaces/default/configmaps/other')).code).toBe(404)
  // Unlike a POST, these have a name to be allowed.
  expect((await apply('named')).code).toBe(201)
  expect((await apply('named')).code).toBe(200)
  const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: `of-${user}` }, spec: {} }
  expect((await admin.send('PUT', `/apis/coordination.k8s.io/v1/namespaces/default/leases/of-${user}`, lease, as(user))).code).toBe(403)
})

describe('nobody gives away more than they have', () => {
  const writer = { apiGroups: [GROUP], resources: ['roles', 'rolebindings', 'clusterroles'], verbs: ['create', 'update', 'patch', 'get'] }
  const reader = { apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }

  test('in a role: what is missing is named', async () => {
    const user = await userWith([writer, reader])
    const role = {
      metadata: { name: 'r' },
      rules: [{ apiGroups: ['', 'apps'], resources: ['pods', 'configmaps'], verbs: ['get', 'list'] }],
    }
    const reply = await admin.send('POST', `${RBAC}/namespaces/default/roles`, role, as(user, 'devs'))
    expect(refusal(reply)).toEqual([
      403,
      `roles.rbac.authorization.k8s.io "r" is forbidden: user "${user}" (groups=["devs" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:
{APIGroups:[""], Resources:["configmaps"], Verbs:["list"]}
{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}
{APIGroups:["apps"], Resources:["configmaps"], Verbs:["get" "list"]}
{APIGroups:["apps"], Resources:["pods"], Verbs:["get" "list"]}`,
    ])
  })

  test('in paths, in one that gathers, and in a change', async () => {
    const user = await userWith([writer, reader])
    const paths = { metadata: { name: 'p' }, rules: [{ nonResourceURLs: ['/x'], verbs: ['get', 'post'] }] }
    expect((await admin.send('POST', `${RBAC}/clusterroles`, paths, as(user))).body.message).toMatch(
      /not currently held:\n\{NonResourceURLs:\["\/x"\], Verbs:\["get"\]\}\n\{NonResourceURLs:\["\/x"\], Verbs:\["post"\]\}$/,
    )
    const gathering = { metadata: { name: 'g' }, rules: [], aggregationRule: { clusterRoleSelectors: [{}] } }
    expect(refusal(await admin.send('POST', `${RBAC}/clusterroles`, gathering, as(user)))).toEqual([
      403,
      'clusterroles.rbac.authorization.k8s.io "g" is forbidden: must have cluster-admin privileges to use the aggregationRule',
    ])
    const own = { metadata: { name: `own-${user}` }, rules: [reader] }
    expect((await admin.send('POST', `${RBAC}/clusterroles`, own, as(user))).code).toBe(201)
    const more = { rules: [{ ...reader, verbs: ['get', 'delete'] }] }
    expect((await admin.send('PATCH', `${RBAC}/clusterroles/own-${user}`, more, as(user))).body.message).toMatch(
      /not currently held:\n\{APIGroups:\[""\], Resources:\["configmaps"\], Verbs:\["delete"\]\}$/,
    )
  })

  test('by a binding', async () => {
    const user = await userWith([writer, reader])
    const binding = (name: string, role: string) => ({
      metadata: { name },
      roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: role },
      subjects: [{ kind: 'User', name: user }],
    })
    const at = `${RBAC}/namespaces/default/rolebindings`
    expect((await admin.send('POST', at, binding('a', 'system:monitoring'), as(user))).body.message).toMatch(
      /^rolebindings\.rbac\.authorization\.k8s\.io "a" is forbidden: user "user-\d+" \(groups=\["system:authenticated"\]\) is attempting to grant/,
    )
    expect((await admin.send('POST', at, binding(`b-${user}`, 'system:basic-user'), as(user))).code).toBe(201)
    expect(refusal(await admin.send('POST', at, binding('c', 'missing'), as(user)))).toEqual([
      404,
      'rolebindings.rbac.authorization.k8s.io "missing" not found',
    ])
  })

  test('unless they may escalate, or bind that role', async () => {
    const user = await userWith([
      writer,
      { apiGroups: [GROUP], resources: ['roles'], verbs: ['escalate'] },
      { apiGroups: [GROUP], resources: ['clusterroles'], resourceNames: ['system:monitoring'], verbs: ['bind'] },
    ])
    const role = { metadata: { name: `e-${user}` }, rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }] }
    expect((await admin.send('POST', `${RBAC}/namespaces/default/roles`, role, as(user))).code).toBe(201)
    const binding = {
      metadata: { name: `e-${user}` },
      roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: 'system:monitoring' },
      subjects: [{ kind: 'User', name: user }],
    }
    expect((await admin.send('POST', `${RBAC}/namespaces/default/rolebindings`, binding, as(user))).code).toBe(201)
  })
})

describe('questions about rights', () => {
  test.for([
    [{}, 'spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified'],
    [
      { resourceAttributes: { verb: 'get' }, nonResourceAttributes: { path: '/', verb: 'get' } },
      'spec.nonResourceAttributes: Invalid value: {"Path":"/","Verb":"get"}: cannot be specified in combination with resourceAttributes',
    ],
  ] as const)('%j are none', async ([spec, message]) => {
    expect(refusal(await admin.send('POST', `${AUTHZ}/selfsubjectaccessreviews`, { spec }))).toEqual([
      422,
      `.authorization.k8s.io "" is invalid: ${message}`,
    ])
  })

  test('are answered with the reason', async () => {
    const spec = { user: 'x', groups: ['system:authenticated'], nonResourceAttributes: { path: '/apis', verb: 'get' } }
    const { body } = await admin.send('POST', `${AUTHZ}/subjectaccessreviews`, { spec })
    expect(body.status).toEqual({
      allowed: true,
      reason: 'RBAC: allowed by ClusterRoleBinding "system:discovery" of ClusterRole "system:discovery" to Group "system:authenticated"',
    })
  })

  test('in a namespace are about that namespace', async () => {
    const ask = (spec: object) =>
      admin.send('POST', `${AUTHZ}/namespaces/default/localsubjectaccessreviews`, { spec: { user: 'x', ...spec } })
    expect((await ask({ resourceAttributes: { verb: 'get', resource: 'pods', namespace: 'other' } })).body.message).toBe(
      '.authorization.k8s.io "" is invalid: spec.resourceAttributes.namespace: Invalid value: "other": must match metadata.namespace',
    )
    expect((await ask({ resourceAttributes: { verb: 'get', resource: 'pods', namespace: 'default' } })).body.status).toEqual({
      allowed: false,
    })
  })

  test('all at once are answered with the rules', async () => {
    const namespace = await bench.namespace()
    const rule = { apiGroups: [''], resources: ['configmaps'], resourceNames: ['a'], verbs: ['get'] }
    const user = await userWith([rule], namespace)
    const { body } = await admin.send('POST', `${AUTHZ}/selfsubjectrulesreviews`, { spec: { namespace } }, as(user))
    expect(body.status.resourceRules).toContainEqual(rule)
    expect(body.status.incomplete).toBe(false)
    expect(refusal(await admin.send('POST', `${AUTHZ}/selfsubjectrulesreviews`, { spec: {} }))).toEqual([400, 'no namespace on request'])
  })

  test('whose role is gone say so', async () => {
    const user = `lost-${++made}`
    await make(`${RBAC}/clusterrolebindings`, {
      metadata: { name: user },
      roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: 'nowhere' },
      subjects: [{ kind: 'User', name: user, apiGroup: GROUP }],
    })
    const message = `pods is forbidden: User "${user}" cannot list resource "pods" in API group "" at the cluster scope: RBAC: clusterrole.rbac.authorization.k8s.io "nowhere" not found`
    await eventually(async () => expect(refusal(await admin.send('GET', '/api/v1/pods', undefined, as(user)))).toEqual([403, message]))
  })
})

describe('impersonation', () => {
  const list = (asking: string, headers: Readonly<Record<string, string | readonly string[]>>, using: Wire) =>
    using.send('GET', `/api/v1/namespaces?as=${asking}`, undefined, headers)

  test('needs a right for each part of the identity', async () => {
    const namespace = await bench.namespace()
    const token = await tokenFor(namespace, 'boss')
    using boss = wire({ ...bench.cluster.connection, token })
    const refused = await list('boss', as('ann', 'devs'), boss)
    expect(refusal(refused)).toEqual([
      403,
      `namespaces is forbidden: User "system:serviceaccount:${namespace}:boss" cannot impersonate-on:user-info:list resource "namespaces" in API group "" at the cluster scope`,
    ])
    await make(`${RBAC}/clusterroles`, {
      metadata: { name: `boss-${namespace}` },
      rules: [{ apiGroups: [''], resources: ['users'], verbs: ['impersonate'] }],
    })
    await make(`${RBAC}/clusterrolebindings`, {
      metadata: { name: `boss-${namespace}` },
      roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: `boss-${namespace}` },
      subjects: [{ kind: 'ServiceAccount', name: 'boss', namespace }],
    })
    await eventually(async () => {
      const reply = await boss.send('POST', `${AUTHN}/selfsubjectreviews`, {}, as('ann'))
      expect(reply.body.status?.userInfo).toEqual({ username: 'ann', groups: ['system:authenticated'] })
    })
    // The user is allowed, the group is not.
    expect((await list('boss', as('ann', 'devs'), boss)).code).toBe(403)
  })

  test('of a ServiceAccount brings its groups', async () => {
    const { body } = await admin.send('POST', `${AUTHN}/selfsubjectreviews`, {}, as('system:serviceaccount:a:b'))
    expect(body.status.userInfo.groups).toEqual(['system:serviceaccounts', 'system:serviceaccounts:a', 'system:authenticated'])
  })

  test('of a group alone is none', async () => {
    expect((await admin.send('GET', '/api/v1/namespaces', undefined, { 'impersonate-group': 'x' })).code).toBe(400)
  })
})

async function tokenFor(namespace: string, name: string, spec: object = {}): Promise<string> {
  await make(`/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name } })
  return (await make(`/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`, { spec })).status.token
}

const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString())

describe('the token of a ServiceAccount', () => {
  test('says who it is, and is believed', async () => {
    const namespace = await bench.namespace()
    const token = await tokenFor(namespace, 'robot')
    const { iat, exp, jti, ...claims } = claimsOf(token)
    const { uid } = (await admin.send('GET', `/api/v1/namespaces/${namespace}/serviceaccounts/robot`)).body.metadata
    expect(exp - iat).toBe(3600)
    expect(claims).toEqual({
      aud: ['https://kubernetes.default.svc'],
      iss: 'https://kubernetes.default.svc',
      'kubernetes.io': { namespace, serviceaccount: { name: 'robot', uid } },
      nbf: iat,
      sub: `system:serviceaccount:${namespace}:robot`,
    })
    using robot = wire({ ...bench.cluster.connection, token })
    expect((await robot.send('POST', `${AUTHN}/selfsubjectreviews`, {})).body.status.userInfo).toEqual({
      username: `system:serviceaccount:${namespace}:robot`,
      uid,
      groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
      extra: { 'authentication.kubernetes.io/credential-id': [`JTI=${jti}`] },
    })
  })

  test('is for its audience alone', async () => {
    const namespace = await bench.namespace()
    const token = await tokenFor(namespace, 'robot', { audiences: ['vault'] })
    using robot = wire({ ...bench.cluster.connection, token })
    expect((await robot.send('GET', '/version')).code).toBe(401)
    const review = async (audiences?: readonly string[]) =>
      (await admin.send('POST', `${AUTHN}/tokenreviews`, { spec: { token, ...(audiences && { audiences }) } })).body.status
    expect(await review(['vault', 'other'])).toMatchObject({ authenticated: true, audiences: ['vault'] })
    expect(await review()).toEqual({
      user: {},
      error: '[invalid bearer token, token audiences ["vault"] is invalid for the target audiences ["https://kubernetes.default.svc"]]',
    })
  })

  test('ends with the account, and with the object that it is bound to', async () => {
    const namespace = await bench.namespace()
    const at = `/api/v1/namespaces/${namespace}`
    await make(`${at}/secrets`, { metadata: { name: 's' } })
    const bound = await tokenFor(namespace, 'robot', { boundObjectRef: { apiVersion: 'v1', kind: 'Secret', name: 's' } })
    const plain = (await make(`${at}/serviceaccounts/robot/token`, { spec: {} })).status.token
    const codes = () =>
      Promise.all(
        [bound, plain].map(async (token) => {
          using robot = wire({ ...bench.cluster.connection, token })
          return (await robot.send('GET', '/version')).code
        }),
      )
    expect(await codes()).toEqual([200, 200])
    await admin.send('DELETE', `${at}/secrets/s`)
    // A real server remembers a token that it has verified for some seconds.
    await eventually(async () => expect(await codes()).toEqual([401, 200]), { timeout: 30_000 })
    await admin.send('DELETE', `${at}/serviceaccounts/robot`)
    await eventually(async () => expect(await codes()).toEqual([401, 401]), { timeout: 30_000 })
  }, 60_000)

  test.for([
    [
      { expirationSeconds: 5 },
      422,
      'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 5: may not specify a duration less than 10 minutes',
    ],
    [{ boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'p' } }, 404, 'pods "p" not found'],
    [
      { boundObjectRef: { apiVersion: 'v1', kind: 'ConfigMap', name: 'p' } },
      400,
      'cannot bind token to object of type /v1, Kind=ConfigMap',
    ],
  ] as const)('%j is refused', async ([spec, code, message]) => {
    const namespace = await bench.namespace()
    await make(`/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name: 'robot' } })
    expect(refusal(await admin.send('POST', `/api/v1/namespaces/${namespace}/serviceaccounts/robot/token`, { spec }))).toEqual([
      code,
      message,
    ])
  })

  test('can be verified with the keys that the server publishes', async () => {
    const { body } = await admin.send('GET', '/.well-known/openid-configuration')
    expect(body).toMatchObject({
      issuer: 'https://kubernetes.default.svc',
      response_types_supported: ['id_token'],
      id_token_signing_alg_values_supported: ['ES256'],
    })
    const keys = (await admin.send('GET', '/openid/v1/jwks')).body.keys
    const token = await tokenFor(await bench.namespace(), 'robot')
    const { kid } = JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString())
    const key = await crypto.subtle.importKey(
      'jwk',
      keys.find((each: { kid: string }) => each.kid === kid),
      { name: 'ECDSA', namedCurve: 'P-256' },
      false,
      ['verify'],
    )
    const [head, claims, signature] = token.split('.')
    const verified = crypto.subtle.verify(
      { name: 'ECDSA', hash: 'SHA-256' },
      key,
      Buffer.from(signature!, 'base64url'),
      Buffer.from(`${head}.${claims}`),
    )
    expect(await verified).toBe(true)
  })
})
