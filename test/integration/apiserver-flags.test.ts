// Every flag of `kubewright apiserver` does what kube-apiserver's flag of that name does.
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client, type ClusterConnection, connectTo } from '@kubewright/client'
import { Authority } from '@kubewright/core/certificates'
import { eventually } from '@kubewright/testing'
import { expect, onTestFinished } from 'vitest'
import { type Program, test } from './program.ts'

function file(name: string, text: string): string {
  const path = mkdtempSync(join(tmpdir(), 'kubewright-apiserver-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  writeFileSync(join(path, name), text, { mode: 0o600 })
  return join(path, name)
}

const serverOf = async (program: Program) => (await program.says(/^server: (\S+)$/))[1]!

async function whoAmI(connection: ClusterConnection): Promise<{ readonly username: string; readonly groups: readonly string[] }> {
  const client: Client = connectTo(connection)
  onTestFinished(() => client.close())
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }
  const review = await client.request<{ status: { userInfo: { username: string; groups: readonly string[] } } }>(
    'POST',
    '/apis/authentication.k8s.io/v1/selfsubjectreviews',
    { body },
  )
  return review.status.userInfo
}

test('--tls-cert-file, --tls-private-key-file and --token-auth-file: our certificate, our users', async ({ kubewright }) => {
  const authority = new Authority(Date.now())
  const { cert, key } = authority.server(['127.0.0.1'])
  const tokens = 'secret-of-ann,ann,1,"ops"\n'
  const flags = ['--tls-cert-file', file('crt', cert), '--tls-private-key-file', file('key', key), '--token-auth-file', file('csv', tokens)]
  const server = await serverOf(kubewright(['apiserver', '--secure-port', '0', ...flags]))
  expect(await whoAmI({ server, caData: authority.cert, token: 'secret-of-ann' })).toMatchObject({
    username: 'ann',
    groups: ['ops', 'system:authenticated'],
  })
  await expect(whoAmI({ server, caData: authority.cert, token: 'wrong' })).rejects.toMatchObject({ code: 401 })
})

test('--client-ca-file: certificates of that authority are users, others are nobody', async ({ kubewright }) => {
  const authority = new Authority(Date.now())
  const server = await serverOf(kubewright(['apiserver', '--secure-port', '0', '--client-ca-file', file('ca', authority.cert)]))
  const as = (from: Authority) => {
    const { cert, key } = from.client('bob', ['dev'])
    return whoAmI({ server, insecureSkipTlsVerify: true, certData: cert, keyData: key })
  }
  expect(await as(authority)).toMatchObject({ username: 'bob', groups: ['dev', 'system:authenticated'] })
  await expect(as(new Authority(Date.now()))).rejects.toMatchObject({ code: 401 })
})

test('--bind-address and --secure-port say where; a port in use is one clear line', async ({ kubewright }) => {
  const first = await serverOf(kubewright(['apiserver', '--secure-port', '0', '--bind-address', '127.0.0.2']))
  expect(first).toMatch(/^https:\/\/127\.0\.0\.2:\d+$/)
  const second = kubewright(['apiserver', '--bind-address', '127.0.0.2', '--secure-port', new URL(first).port])
  expect(await second.ended).toBe(1)
  expect(second.stderr).toEqual([
    expect.stringMatching(/^kubewright: port \d+ of 127\.0\.0\.2 is in use by another program: choose another one/),
  ])
})

/** Ann is a user like any other, root may do everything. */
const USERS = 'secret-of-ann,ann,1\nsecret-of-root,root,2,"system:masters"\n'
const SERVICE_ACCOUNTS = '/api/v1/namespaces/default/serviceaccounts'

function asUser(server: string, token?: string): Client {
  const client = connectTo({ server, insecureSkipTlsVerify: true, ...(token === undefined ? {} : { token }) })
  onTestFinished(() => client.close())
  return client
}

test('--authorization-mode RBAC: users may do what is bound to them, and without the flag everything', async ({ kubewright }) => {
  const users = ['--secure-port', '0', '--token-auth-file', file('csv', USERS)]
  const lists = (server: string, token?: string) => asUser(server, token).request('GET', '/api/v1/namespaces')
  const open = await serverOf(kubewright(['apiserver', ...users]))
  await lists(open, 'secret-of-ann')
  await expect(lists(open)).rejects.toMatchObject({ code: 401 })
  const strict = await serverOf(kubewright(['apiserver', ...users, '--authorization-mode', 'RBAC']))
  await expect(lists(strict, 'secret-of-ann')).rejects.toMatchObject({
    code: 403,
    message: expect.stringContaining('User "ann" cannot list resource'),
  })
  await lists(strict, 'secret-of-root')
  await expect(lists(strict)).rejects.toMatchObject({ code: 403, message: expect.stringContaining('User "system:anonymous" cannot list') })
  const known = await serverOf(kubewright(['apiserver', ...users, '--authorization-mode', 'RBAC', '--anonymous-auth=false']))
  await expect(lists(known)).rejects.toMatchObject({ code: 401 })
})

test('--service-account-signing-key-file, --service-account-key-file, --service-account-issuer and --api-audiences: our tokens', async ({
  kubewright,
}) => {
  const pem = (type: 'spki' | 'pkcs8', key: KeyObject) => file(type, key.export({ type, format: 'pem' }) as string)
  const [ours, older] = [generateKeyPairSync('ec', { namedCurve: 'P-256' }), generateKeyPairSync('ec', { namedCurve: 'P-256' })]
  const keys = ['--service-account-signing-key-file', pem('pkcs8', ours.privateKey)]
  const verifying = ['--service-account-key-file', `${pem('spki', ours.publicKey)},${pem('spki', older.publicKey)}`]
  const names = ['--service-account-issuer', 'https://issuer.example.com', '--api-audiences', 'api,other']
  const server = await serverOf(
    kubewright(['apiserver', '--secure-port', '0', '--token-auth-file', file('csv', USERS), ...keys, ...verifying, ...names]),
  )
  const root = asUser(server, 'secret-of-root')
  await root.request('POST', SERVICE_ACCOUNTS, { body: { metadata: { name: 'robot' } } })
  const { status } = await root.request<{ status: { token: string } }>('POST', `${SERVICE_ACCOUNTS}/robot/token`, { body: { spec: {} } })
  const claims = JSON.parse(Buffer.from(status.token.split('.')[1]!, 'base64url').toString()) as object
  expect(claims).toMatchObject({ iss: 'https://issuer.example.com', aud: ['api', 'other'], sub: 'system:serviceaccount:default:robot' })
  await asUser(server, status.token).request('GET', '/api/v1/namespaces')
  const published = await root.request<{ keys: readonly object[] }>('GET', '/openid/v1/jwks')
  expect(published.keys).toHaveLength(2)
})

test('the built program reads YAML: server-side apply by a file is YAML to it', async ({ kubewright }) => {
  const server = await serverOf(kubewright(['apiserver', '--secure-port', '0', '--token-auth-file', file('csv', USERS)]))
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'default' }, data: { a: 'b' } }
  const applied = await asUser(server, 'secret-of-root').request<{ data: object }>('PATCH', '/api/v1/namespaces/default/configmaps/a', {
    body: object,
    query: { fieldManager: 'me' },
    headers: { 'content-type': 'application/apply-patch+yaml' },
  })
  expect(applied.data).toEqual({ a: 'b' })
})

test('--audit-policy-file and --audit-log-path: requests are written down', async ({ kubewright }) => {
  const policy = file('policy', 'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{ level: Metadata, users: [root] }]\n')
  const log = file('log', '')
  const audit = ['--audit-policy-file', policy, '--audit-log-path', log]
  const server = await serverOf(kubewright(['apiserver', '--secure-port', '0', '--token-auth-file', file('csv', USERS), ...audit]))
  await asUser(server, 'secret-of-ann').request('GET', '/api/v1/namespaces')
  await asUser(server, 'secret-of-root').request('GET', '/api/v1/namespaces')
  const written = readFileSync(log, 'utf8').split('\n').filter(Boolean)
  expect(written.map((line) => (JSON.parse(line) as { stage: string; user: { username: string } }).user.username)).toEqual(['root', 'root'])
})

test.for([
  [['--authorization-mode', 'Webhook'], /--authorization-mode: "Webhook" is not supported here: give AlwaysAllow or RBAC/],
  [['--audit-log-path', '-'], /--audit-log-path: without --audit-policy-file/],
  [['--tls-cert-file', 'x'], /go together/],
  [['--token-auth-file', '/does/not/exist'], /--token-auth-file: cannot read/],
  [['--secure-port', 'many'], /--secure-port: "many" is no port/],
] as const)('%j is wrong use', async ([flags, message], { kubewright }) => {
  const program = kubewright(['apiserver', ...flags])
  expect(await program.ended).toBe(2)
  expect(program.stderr.join('\n')).toMatch(message)
})

test('--controllers says who works behind the API: all, unless some are left out', async ({ kubewright }) => {
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'web:1' }] } },
    },
  }
  const path = '/apis/apps/v1/namespaces/default/deployments'
  const token = file('csv', 'secret,ann,1,"system:masters"\n')
  const start = async (...flags: readonly string[]) => {
    const server = await serverOf(kubewright(['apiserver', '--secure-port', '0', '--token-auth-file', token, ...flags]))
    const client = connectTo({ server, insecureSkipTlsVerify: true, token: 'secret' })
    onTestFinished(() => client.close())
    await client.request('POST', path, { body: deployment })
    return () =>
      client.request<{ readonly status: { readonly availableReplicas?: number; readonly observedGeneration?: number } }>(
        'GET',
        `${path}/web`,
      )
  }
  const whole = await start()
  await eventually(async () => expect((await whole()).status.availableReplicas).toBe(1))
  const withoutPods = await start('--controllers', '*,-pod')
  await eventually(async () => expect((await withoutPods()).status.observedGeneration).toBe(1))
  expect((await withoutPods()).status.availableReplicas).toBeUndefined()

  const wrong = kubewright(['apiserver', '--controllers', '*,-pods'])
  expect(await wrong.ended).toBe(2)
  expect(wrong.stderr.join('\n')).toContain('--controllers: "-pods" is none of them')
})

test('--data-dir: objects outlive the server, and a second server on the directory is one clear line', async ({ kubewright }) => {
  const directory = join(file('x', ''), '..', 'data')
  const token = file('csv', 'secret,ann,1,"system:masters"\n')
  const flags = ['apiserver', '--secure-port', '0', '--token-auth-file', token, '--data-dir', directory]
  const start = async () => {
    const program = kubewright(flags)
    const client = connectTo({ server: await serverOf(program), insecureSkipTlsVerify: true, token: 'secret' })
    onTestFinished(() => client.close())
    return { program, client }
  }
  const first = await start()
  await first.client.request('POST', '/api/v1/namespaces', { body: { metadata: { name: 'kept' } } })
  const second = kubewright(flags)
  expect(await second.ended).toBe(1)
  expect(second.stderr.join('\n')).toContain(`${directory} is in use by process ${first.program.pid}: stop it, or give another --data-dir`)
  first.program.kill('SIGTERM')
  expect(await first.program.ended).toBe(0)
  const { client } = await start()
  expect(await client.request('GET', '/api/v1/namespaces/kept')).toMatchObject({ metadata: { name: 'kept' } })
})
