// Every way to log in that the client knows. Kubernetes tokens are reviewed by the API server of the file's cluster.
import { createSign, generateKeyPairSync } from 'node:crypto'
import { rbacV1, ServiceAccount } from '@kubewright/client'
import type { VaultUnderTest } from '@kubewright/testing'
import { isVaultError, type VaultAuth, type VaultFailure } from '@kubewright/vault'
import { expect, test } from 'vitest'
import { useCluster } from './harness.ts'
import { contract } from './vault-contract.ts'
import { clientOf } from './vault-server.ts'

const bench = useCluster()

const POLICY = 'path "secret/data/team/*" { capabilities = ["create", "update", "read"] }'
const ROLE = { token_policies: ['team'], token_ttl: '1h' }

async function enable(vault: VaultUnderTest, method: string, mount: string = method): Promise<void> {
  await vault.admin('POST', `sys/auth/${mount}`, { type: method })
  await vault.admin('PUT', 'sys/policies/acl/team', { policy: POLICY })
}

/** Logs in, uses the token within its policy and beyond it, and is a new login when the token is gone. */
async function worksFor(vault: VaultUnderTest, auth: VaultAuth, tls?: { readonly cert: string; readonly key: string }): Promise<void> {
  const events: string[] = []
  const client = clientOf(vault, { auth, onSession: ({ is }) => events.push(is), ...(tls && { tls: { ca: vault.ca, ...tls } }) })
  const kv = client.kvV2('secret')
  expect(await kv.write('team/a', { x: '1' }, { cas: 0 })).toMatchObject({ version: 1 })
  await expect(kv.write('other', { x: '1' })).rejects.toSatisfy((error) => isVaultError(error, 'permissionDenied'))
  const before = events.filter((event) => event === 'loggedIn').length
  await client.request({ method: 'POST', path: '/v1/auth/token/revoke-self' })
  expect(await kv.write('team/a', { x: '2' }, { cas: 1 })).toMatchObject({ version: 2 })
  expect(events.filter((event) => event === 'loggedIn').length).toBe(before + 1)
}

async function refusal(vault: VaultUnderTest, auth: VaultAuth): Promise<VaultFailure> {
  const error: unknown = await clientOf(vault, { auth })
    .login()
    .catch((reason: unknown) => reason)
  if (!isVaultError(error)) throw new Error(`no failure of Vault: ${String(error)}`)
  return error.failure
}

contract('logins', (vaultForTest) => {
  test('kubernetes: a token of a ServiceAccount, reviewed by the API server', { timeout: 120_000 }, async () => {
    const vault = await vaultForTest()
    const namespace = await bench.namespace()
    await enable(vault, 'kubernetes')
    const { server, caData = '' } = bench.cluster.connection
    const reviewer = await account(namespace, 'reviewer', { reviews: true })
    await vault.admin('POST', 'auth/kubernetes/config', {
      kubernetes_host: server,
      kubernetes_ca_cert: caData.includes('BEGIN') ? caData : Buffer.from(caData, 'base64').toString(),
      token_reviewer_jwt: await reviewer.token(),
      disable_local_ca_jwt: true,
    })
    const bound = { bound_service_account_names: ['app'], bound_service_account_namespaces: [namespace], audience: 'vault' }
    await vault.admin('POST', 'auth/kubernetes/role/app', { ...bound, ...ROLE })
    const app = await account(namespace, 'app')
    const other = await account(namespace, 'other')
    const token = await app.token('vault')
    // As from a file that was written with an editor.
    await worksFor(vault, { method: 'kubernetes', role: 'app', jwt: () => `${token}\n` })
    for (const jwt of [await other.token('vault'), await app.token('elsewhere'), `${token.slice(0, -8)}AAAAAAAA`])
      expect(await refusal(vault, { method: 'kubernetes', role: 'app', jwt })).toMatchObject({
        is: expect.stringMatching(REFUSED) as string,
      })
    expect(await refusal(vault, { method: 'kubernetes', role: 'nobody', jwt: token })).toEqual({ is: 'loginRefused' })
  })

  test('jwt: a token that somebody else signed', async () => {
    const vault = await vaultForTest()
    await enable(vault, 'jwt')
    const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const publicKey = keys.publicKey.export({ type: 'spki', format: 'pem' })
    await vault.admin('POST', 'auth/jwt/config', { jwt_validation_pubkeys: [publicKey], bound_issuer: 'ci' })
    const role = { role_type: 'jwt', user_claim: 'sub', bound_audiences: ['vault'], bound_subject: 'app' }
    await vault.admin('POST', 'auth/jwt/role/app', { ...role, ...ROLE })
    const signed = (claims: object, pem = keys.privateKey.export({ type: 'pkcs8', format: 'pem' })) => signJwt(claims, pem.toString())
    const now = Math.floor(Date.now() / 1000)
    const good = { iss: 'ci', sub: 'app', aud: 'vault', iat: now, exp: now + 600 }
    await worksFor(vault, { method: 'jwt', role: 'app', jwt: signed(good) })
    const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' })
    for (const jwt of [
      signed({ ...good, aud: 'x' }),
      signed({ ...good, sub: 'x' }),
      signed({ ...good, exp: now - 600 }),
      signed(good, stranger),
    ])
      expect(await refusal(vault, { method: 'jwt', role: 'app', jwt })).toEqual({ is: 'loginRefused' })
  })

  test('cert: the client certificate of the connection', async () => {
    const vault = await vaultForTest({ state: 'open', nodes: 1, tls: true })
    await vault.admin('POST', 'sys/mounts/secret', { type: 'kv', options: { version: '2' } })
    await enable(vault, 'cert')
    await vault.admin('POST', 'auth/cert/certs/app', { certificate: vault.ca, allowed_common_names: 'app', ...ROLE })
    await worksFor(vault, { method: 'cert', role: 'app' }, vault.clientCertificate('app'))
    expect(await refusal(vault, { method: 'cert', role: 'app' })).toEqual({ is: 'loginRefused' })
  })

  test('approle: a role id with a secret id', async () => {
    const vault = await vaultForTest()
    await enable(vault, 'approle', 'machines')
    await vault.admin('POST', 'auth/machines/role/app', ROLE)
    const { data: role } = (await vault.admin('GET', 'auth/machines/role/app/role-id')) as { readonly data: { readonly role_id: string } }
    const { data: secret } = (await vault.admin('POST', 'auth/machines/role/app/secret-id', {})) as {
      readonly data: { readonly secret_id: string }
    }
    const auth = { method: 'approle', roleId: role.role_id, mount: 'machines' } as const
    await worksFor(vault, { ...auth, secretId: secret.secret_id })
    expect(await refusal(vault, { ...auth, secretId: 'wrong' })).toEqual({ is: 'loginRefused' })
  })

  test('userpass: a name with a password', async () => {
    const vault = await vaultForTest()
    await enable(vault, 'userpass')
    await vault.admin('POST', 'auth/userpass/users/jane', { password: 'correct horse', ...ROLE })
    await worksFor(vault, { method: 'userpass', username: 'jane', password: 'correct horse' })
    expect(await refusal(vault, { method: 'userpass', username: 'jane', password: 'wrong horse' })).toEqual({ is: 'loginRefused' })
  })

  test('token: one that somebody else made is used and not revoked', async () => {
    const vault = await vaultForTest()
    await enable(vault, 'userpass')
    const { auth } = (await vault.admin('POST', 'auth/token/create', { policies: ['team'], ttl: '1h' })) as {
      readonly auth: { readonly client_token: string }
    }
    const client = clientOf(vault, { auth: { method: 'token', token: auth.client_token } })
    const stop = new AbortController()
    const running = client.run(stop.signal)
    expect(await client.kvV2('secret').write('team/a', { x: '1' })).toMatchObject({ version: 1 })
    stop.abort()
    await running
    expect(
      await clientOf(vault, { auth: { method: 'token', token: auth.client_token } })
        .kvV2('secret')
        .read('team/a'),
    ).toMatchObject({
      version: 1,
    })
  })
})

/** A real Vault says "permission denied" to most of what is wrong with a token of Kubernetes, and does not tell one from the other. */
const REFUSED = /^(loginRefused|permissionDenied)$/

async function account(namespace: string, name: string, { reviews = false } = {}) {
  const accounts = await bench.client.resource(ServiceAccount)
  await accounts.create({ metadata: { namespace, name } })
  if (reviews) {
    const called = `${namespace}-${name}`
    await (await bench.client.resource(rbacV1.ClusterRole)).create({
      metadata: { name: called },
      rules: [{ apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] }],
    })
    await (await bench.client.resource(rbacV1.ClusterRoleBinding)).create({
      metadata: { name: called },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: called },
      subjects: [{ kind: 'ServiceAccount', namespace, name }],
    })
  }
  return {
    async token(audience?: string): Promise<string> {
      const spec = { expirationSeconds: 3600, ...(audience !== undefined && { audiences: [audience] }) }
      const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`
      const answer = await bench.client.request<{ readonly status: { readonly token: string } }>('POST', path, { body: { spec } })
      return answer.status.token
    },
  }
}

function signJwt(claims: object, privateKey: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const body = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}`
  return `${body}.${createSign('RSA-SHA256').update(body).sign(privateKey, 'base64url')}`
}
