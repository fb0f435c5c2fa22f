// Each kind of credentials, and the authority of a server's certificate, on a server that checks them.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AttachUserPolicyCommand, CreateAccessKeyCommand, CreateRoleCommand, CreateUserCommand, IAMClient } from '@aws-sdk/client-iam'
import { type FakeS3, fakeS3 } from '@kubewright/testing'
import { virtualClock } from '@kubewright/testing/virtual-clock'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Keys } from '../gateway/credentials.ts'
import { Provider } from '../kinds/provider.ts'
import type { Place } from '../reconcile/reference.ts'
import { ConnectionPool } from './connection-pool.ts'

const ISSUER = 'issuer.example.com'
const NAMESPACE = 'trusted'
const never = new AbortController().signal
const folder = mkdtempSync(join(tmpdir(), 'kubewright-credentials-'))

let server: FakeS3
let user: Keys
let role: string
let webRole: string
let secrets: Readonly<Record<string, Readonly<Record<string, string>>>>
let concealed: string[]

beforeAll(async () => {
  server = await fakeS3({
    tls: true,
    webIdentity: (token) => (token === 'a-token' ? { issuer: ISSUER, subject: 'operator', audience: 'sts' } : undefined),
  })
  // The authority of this server is of this process alone, and this client has to know it: what is tested gets it from a Secret.
  const requestHandler = { httpsAgent: new Agent({ ca: server.ca }) }
  const iam = new IAMClient({ endpoint: server.address, region: 'us-east-1', credentials: server.credentials, requestHandler })
  await iam.send(new CreateUserCommand({ UserName: 'operator' }))
  await iam.send(new AttachUserPolicyCommand({ UserName: 'operator', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'operator' }))
  user = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! }
  const trust = (Principal: object, Action: string) =>
    JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal, Action }] })
  const made = async (RoleName: string, AssumeRolePolicyDocument: string) =>
    (await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }))).Role!.Arn!
  role = await made('assumed', trust({ AWS: `arn:aws:iam::${server.accountId}:user/operator` }, 'sts:AssumeRole'))
  const provider = `arn:aws:iam::${server.accountId}:oidc-provider/${ISSUER}`
  webRole = await made('web', trust({ Federated: provider }, 'sts:AssumeRoleWithWebIdentity'))
  iam.destroy()
  writeFileSync(join(folder, 'token'), 'a-token\n')
  writeFileSync(join(folder, 'bad-token'), 'another\n')
  const profile = (name: string, { accessKeyId, secretAccessKey }: Keys) =>
    `[${name}]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`
  writeFileSync(join(folder, 'credentials'), profile('default', { accessKeyId: 'no', secretAccessKey: 'no' }) + profile('storage', user))
})
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await server[Symbol.asyncDispose]()
})
beforeEach(() => {
  concealed = []
  secrets = { admin: { 'access-key': user.accessKeyId, 'secret-key': user.secretAccessKey }, ca: { 'ca.crt': server.ca } }
})

const place = {
  signal: never,
  client: {
    resource: async () => ({
      get: async (target: { readonly name: string; readonly namespace: string }) => {
        const data = Object.entries(secrets[target.name] ?? {}).map(([key, value]) => [key, Buffer.from(value).toString('base64')])
        return { apiVersion: 'v1', kind: 'Secret', metadata: target, data: Object.fromEntries(data) as object }
      },
    }),
  },
} as unknown as Place

const references = { accessKeySecretRef: { name: 'admin' }, secretKeySecretRef: { name: 'admin' } }

function provider(auth: object, { namespace = NAMESPACE, tls = { caCertSecretRef: { name: 'ca' } } as object } = {}): Provider {
  const { address } = server
  const object = Provider.of({
    metadata: { name: 'store', namespace },
    spec: { type: 'generic', endpoint: address, iamEndpoint: address, region: 'us-east-1', auth, tls, retry: { maxAttempts: 1 } },
  })
  return { ...object, metadata: { ...object.metadata, uid: 'u', generation: 1 } }
}

const poolWith = (clock = virtualClock(Date.now())) =>
  new ConnectionPool({
    ...{ clock, allowedEndpoints: ['*'], ambientCredentialsNamespaces: [NAMESPACE] },
    environment: { AWS_ACCESS_KEY_ID: user.accessKeyId, AWS_SECRET_ACCESS_KEY: user.secretAccessKey },
    conceal: (secret) => void concealed.push(secret),
    connection: { random: () => 0, assertLeader: () => {}, observe: () => {}, hide: (text) => text },
  })

/** Who the server says that the operator is. */
async function identityWith(auth: object, options?: Parameters<typeof provider>[1]): Promise<string> {
  const pool = poolWith()
  try {
    const connection = await pool.open(provider(auth, options), place)
    return (await connection.tokens!.whoAmI(never)).arn.replace(server.accountId, 'ACCOUNT')
  } finally {
    pool.close()
  }
}

const OPERATOR = 'arn:aws:iam::ACCOUNT:user/operator'

describe('credentials', () => {
  test('of Secrets', async () => expect(await identityWith(references)).toBe(OPERATOR))
  test('of the environment', async () => expect(await identityWith({ environment: {} })).toBe(OPERATOR))
  test('of a profile of a file', async () =>
    expect(await identityWith({ file: { path: join(folder, 'credentials'), profile: 'storage' } })).toBe(OPERATOR))

  test('of a role that is assumed, with a session that is hidden', async () => {
    const arn = await identityWith({ ...references, assumeRole: { roleARN: role, sessionName: 'of-a-test' } })
    expect(arn).toBe('arn:aws:sts::ACCOUNT:assumed-role/assumed/of-a-test')
    expect(concealed).toHaveLength(3)
  })

  test('of a web identity', async () => {
    const webIdentity = { roleARN: webRole, tokenFile: join(folder, 'token'), sessionName: 'of-a-pod' }
    expect(await identityWith({ webIdentity })).toBe('arn:aws:sts::ACCOUNT:assumed-role/web/of-a-pod')
    expect(concealed).toContain('a-token')
  })

  test('of a web identity that the server does not know are refused, and nothing stands in for them', async () => {
    const webIdentity = { roleARN: webRole, tokenFile: join(folder, 'bad-token') }
    await expect(identityWith({ webIdentity })).rejects.toMatchObject({ operation: 'AssumeRoleWithWebIdentity' })
  })

  test.each([
    ['a file that is not there', { file: { path: '/nowhere/credentials' } }, /cannot be read: mount it/],
    [
      'a token that is not there',
      { webIdentity: { roleARN: 'arn:aws:iam::123456789012:role/web', tokenFile: '/nowhere/token' } },
      /cannot be read/,
    ],
  ])('of %s say so', async (_name, auth, message) => expect(identityWith(auth)).rejects.toThrow(message))

  test('4.5 of the operator are for the namespaces that may have them, whatever their kind', async () => {
    for (const auth of [
      { environment: {} },
      { file: { path: join(folder, 'credentials') } },
      { webIdentity: { roleARN: webRole, tokenFile: join(folder, 'token') } },
    ])
      await expect(identityWith(auth, { namespace: 'another' })).rejects.toMatchObject({ reason: 'CredentialsNotAllowed' })
  })

  test('of a role are renewed before they end, and not before', async () => {
    const clock = virtualClock(Date.now())
    const pool = poolWith(clock)
    const assuming = provider({ ...references, assumeRole: { roleARN: role, durationSeconds: 3_600 } })
    const first = await pool.open(assuming, place)
    await clock.advance(54 * 60_000)
    expect(await pool.refresh(assuming, place)).toBe(first)
    await clock.advance(2 * 60_000)
    expect(await pool.open(assuming, place)).not.toBe(first)
    pool.close()
  })
})

describe('a server’s certificate', () => {
  test('0-15 4.6-14 is that of the authority in the Secret', async () => expect(await identityWith(references)).toBe(OPERATOR))

  test('of an authority that nobody knows is refused', async () =>
    expect(identityWith(references, { tls: {} })).rejects.toMatchObject({ is: 'Transient', message: expect.stringMatching(/certificate/) }))

  test('is not looked at when the provider says so', async () =>
    expect(await identityWith(references, { tls: { insecureSkipVerify: true } })).toBe(OPERATOR))

  test('4.5 an authority that is none is told by the name of its key', async () => {
    secrets = { ...secrets, ca: { 'ca.crt': 'nonsense' } }
    await expect(identityWith(references)).rejects.toThrow('the key "ca.crt" of Secret "ca" has no certificate in PEM')
  })
})
