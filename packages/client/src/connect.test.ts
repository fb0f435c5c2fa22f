import { ConfigurationError, messageOf } from '@kubewright/core'
import { describe, expect, test } from 'vitest'
import { connect, connectTo } from './connect.ts'
import type { ConnectOptions } from './connection.ts'
import { kubeconfigFor, writeKubeconfig } from './kubeconfig/kubeconfig-text.ts'
import { CLIENT_PAIR, SERVER_PAIR, TEST_CA } from './test-server/certificates.ts'
import { json, refuse, scriptedServer } from './test-server/scripted-server.ts'
import { temporaryFolder } from './test-server/temporary-folder.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')
const fails = async (options: ConnectOptions) => {
  const error = await connect({ environment: {}, ...options }).then(
    () => expect.fail('it connected'),
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(ConfigurationError)
  return messageOf(error)
}
/** A kubeconfig with one of each, as given. */
const config = (cluster: object, user: object = {}, context: object = {}) =>
  JSON.stringify({
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u', ...context } }],
    'current-context': 'x',
  })

describe('which cluster', () => {
  test('the option comes before KUBECONFIG, that before the Pod, that before the home', async () => {
    await using folder = await temporaryFolder()
    const at = (server: string) => config({ server })
    const option = await folder.write('option', at('http://option'))
    const variable = await folder.write('variable', at('http://variable'))
    await folder.write('.kube/config', at('http://home'))
    await folder.write('pod/token', 't')
    await folder.write('pod/ca.crt', TEST_CA)
    const home = { homeDirectory: folder.path, serviceAccountDirectory: `${folder.path}/pod` }
    const inPod = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' }
    const serverFor = async (options: ConnectOptions) => (await connect({ ...home, ...options })).server
    expect(await serverFor({ kubeconfig: option, environment: { KUBECONFIG: variable, ...inPod } })).toBe('http://option')
    expect(await serverFor({ environment: { KUBECONFIG: variable, ...inPod } })).toBe('http://variable')
    expect(await serverFor({ environment: inPod })).toBe('https://10.96.0.1:443')
    expect(await serverFor({ environment: {} })).toBe('http://home')
    expect(await serverFor({ kubeconfigText: at('http://text'), environment: { KUBECONFIG: variable } })).toBe('http://text')
  })

  test('a process with the variables of a Pod but without its token is no Pod', async () => {
    await using folder = await temporaryFolder()
    const environment = { KUBERNETES_SERVICE_HOST: '10.96.0.1' }
    const message = await fails({ environment, homeDirectory: folder.path, serviceAccountDirectory: folder.path })
    expect(message).toContain('no cluster to connect to: KUBECONFIG is not set, this is not a Pod')
  })

  test('of a list the files that exist are merged', async () => {
    await using folder = await temporaryFolder()
    const one = await folder.write('one', 'current-context: x\ncontexts: [{name: x, context: {cluster: c, namespace: n}}]')
    const two = await folder.write('two/config', 'clusters: [{name: c, cluster: {server: "http://merged/"}}]')
    const client = await connect({ environment: { KUBECONFIG: `${one}:${folder.path}/missing::${two}` } })
    expect([client.server, client.namespace, client.inCluster]).toEqual(['http://merged', 'n', false])
  })

  test('a context, a user, a namespace can be chosen', async () => {
    await using server = await scriptedServer((_request, response) => json(response, {}))
    const text = JSON.stringify({
      clusters: [{ name: 'c', cluster: { server: server.url } }],
      users: [
        { name: 'u', user: { token: 'tu' } },
        { name: 'v', user: { token: 'tv' } },
      ],
      contexts: [
        { name: 'x', context: { cluster: 'gone' } },
        { name: 'y', context: { cluster: 'c', user: 'u', namespace: 'n' } },
      ],
      'current-context': 'x',
    })
    const client = await connect({ kubeconfigText: text, context: 'y', user: 'v', namespace: 'm', environment: {} })
    await client.request('GET', '/x')
    expect([client.namespace, server.received[0]?.headers.authorization]).toEqual(['m', 'Bearer tv'])
    await client.close()
  })
})

describe('a mistake is told with file, field, and mend', () => {
  const https = { server: 'https://10.0.0.1:6443' }
  test.each<[string, string, string[]]>([
    ['no context', '{}', ['has no contexts: is it a kubeconfig?']],
    ['no current context', 'contexts: [{name: a}, {name: b}]', ['has no current-context', '"a", "b"']],
    ['an unknown current context', 'current-context: z\ncontexts: [{name: a}]', ['has no context "z": it has "a"']],
    [
      'an unknown cluster and user at once',
      'current-context: x\ncontexts: [{name: x, context: {cluster: c, user: u}}]',
      ['no cluster "c"', 'no user "u"'],
    ],
    ['no server', config({}), ['clusters[c].cluster.server is missing']],
    [
      'a server without a scheme',
      config({ server: '10.0.0.1:6443' }),
      ['clusters[c].cluster.server: "10.0.0.1:6443" is not an http or https URL'],
    ],
    ['a server of a wrong type', config({ server: 7 }), ['clusters[c].cluster.server is a number, not a string']],
    ['a flag in quotes', config({ ...https, 'insecure-skip-tls-verify': 'true' }), ['write true or false, without quotes']],
    [
      'a CA that is no base64 of PEM',
      config({ ...https, 'certificate-authority-data': 'AAAA' }),
      ['certificate-authority-data is not the base64 of a PEM file'],
    ],
    [
      'a CA beside skipped verification',
      config({ ...https, 'certificate-authority-data': base64(TEST_CA), 'insecure-skip-tls-verify': true }),
      ['remove one of the two'],
    ],
    ['a CA file that is missing', config({ ...https, 'certificate-authority': 'gone.crt' }), ['gone.crt cannot be read', 'ENOENT']],
    [
      'a CA that OpenSSL refuses',
      config({ ...https, 'certificate-authority-data': base64('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n') }),
      ['no usable certificate authority'],
    ],
    [
      'a proxy of another kind',
      config({ ...https, 'proxy-url': 'socks4://p:1' }),
      ['clusters[c].cluster.proxy-url has the scheme "socks4"'],
    ],
    [
      'a certificate without its key',
      config(https, { 'client-certificate-data': base64(CLIENT_PAIR.cert) }),
      ['users[u].user.client-key is missing'],
    ],
    [
      'a key of another certificate',
      config(https, { 'client-certificate-data': base64(CLIENT_PAIR.cert), 'client-key-data': base64(SERVER_PAIR.key) }),
      ['no usable pair of certificate and key'],
    ],
    ['a token file that is missing', config(https, { tokenFile: 'gone.token' }), ['gone.token cannot be read']],
    ['two ways to log in', config(https, { token: 't', username: 'a', password: 'b' }), ['more than one way to log in (token, username)']],
    [
      'C15: an auth-provider',
      config(https, { 'auth-provider': { name: 'gcp' } }),
      ['users[u].user.auth-provider is the old plugin mechanism', 'gke-gcloud-auth-plugin'],
    ],
    ['groups without a user to act as', config(https, { 'as-groups': ['a'] }), ['users[u].user.as is missing']],
    [
      'an exec of an unknown version',
      config(https, { exec: { command: 'p', apiVersion: 'client.authentication.k8s.io/v1alpha1', interactiveMode: 'Never' } }),
      ['exec.apiVersion is "client.authentication.k8s.io/v1alpha1"'],
    ],
    [
      'an exec with nothing',
      config(https, { exec: { env: [{}] } }),
      ['exec.apiVersion is missing', 'exec.command is missing', 'exec.interactiveMode is missing', 'exec.env[0].name is missing'],
    ],
  ])('%s', async (_name, text, words) => {
    await using folder = await temporaryFolder()
    const file = await folder.write('config', text)
    const message = await fails({ kubeconfig: file })
    expect(message).toContain(folder.path)
    for (const word of words) expect(message).toContain(word)
  })

  test('a file that is not there', async () => {
    expect(await fails({ kubeconfig: '/nowhere/config' })).toBe('the kubeconfig option names /nowhere/config, which does not exist')
    expect(await fails({ environment: { KUBECONFIG: '/nowhere/a:/nowhere/b' } })).toBe(
      'KUBECONFIG names /nowhere/a, /nowhere/b, none of which exists',
    )
  })

  test('a file that is a folder', async () => {
    await using folder = await temporaryFolder()
    expect(await fails({ kubeconfig: folder.path })).toContain('cannot be read: EISDIR')
  })

  test('a broken entry that the context does not use does no harm', async () => {
    const text = JSON.stringify({
      ...JSON.parse(config(https)),
      users: [
        { name: 'u', user: {} },
        { name: 'broken', user: { token: 7 } },
      ],
    })
    expect((await connect({ kubeconfigText: text, environment: {} })).server).toBe('https://10.0.0.1:6443')
  })

  test('no secret is quoted', async () => {
    const message = await fails({
      kubeconfigText: config(https, { token: ['hidden'], 'client-key-data': 'hidden', username: 'hid:den', password: 'hidden' }),
    })
    expect(message).not.toContain('hidden')
    expect(message).toContain('token is a list')
  })
})

describe('logging in', () => {
  test('certificate and CA from files beside the kubeconfig', async () => {
    const mutual = { ...SERVER_PAIR, ca: TEST_CA, requestCert: true, rejectUnauthorized: true }
    await using server = await scriptedServer((_request, response) => json(response, { fine: true }), mutual)
    await using folder = await temporaryFolder()
    await folder.write('pki/ca.crt', TEST_CA)
    await folder.write('pki/me.crt', CLIENT_PAIR.cert)
    await folder.write('pki/me.key', CLIENT_PAIR.key)
    const text = config(
      { server: server.url, 'certificate-authority': 'pki/ca.crt' },
      { 'client-certificate': 'pki/me.crt', 'client-key': 'pki/me.key' },
    )
    const client = await connect({ kubeconfig: await folder.write('config', text) })
    expect(await client.request('GET', '/x')).toEqual({ fine: true })
    await client.close()
  })

  test.each([
    ['a token', { token: 'abc' }, 'Bearer abc'],
    ['user and password', { username: 'a', password: 'b' }, `Basic ${base64('a:b')}`],
    ['nobody', {}, undefined],
  ])('%s', async (_name, user, header) => {
    await using server = await scriptedServer((_request, response) => json(response, {}))
    const client = await connect({ kubeconfigText: config({ server: server.url }, user), environment: {} })
    await client.request('GET', '/x')
    expect(server.received[0]?.headers.authorization).toBe(header)
    await client.close()
  })

  test('as another user', async () => {
    await using server = await scriptedServer((_request, response) => json(response, {}))
    const user = { token: 'abc', as: 'jane', 'as-groups': ['dev'], 'as-user-extra': { reason: ['r'] } }
    const client = await connect({ kubeconfigText: config({ server: server.url }, user), environment: {} })
    await client.request('GET', '/x')
    expect(server.received[0]?.headers).toMatchObject({
      'impersonate-user': 'jane',
      'impersonate-group': 'dev',
      'impersonate-extra-reason': 'r',
    })
    await client.close()
  })

  test.each([true, false])('C16: a token file is read again after a 401, with { retry: %s }', async (retry) => {
    await using server = await scriptedServer(({ headers }, response) =>
      headers.authorization === 'Bearer new' ? json(response, { fine: true }) : refuse(response, 401, 'Unauthorized'),
    )
    await using folder = await temporaryFolder()
    await folder.write('token', 'old\n')
    const client = await connect({ kubeconfig: await folder.write('config', config({ server: server.url }, { tokenFile: 'token' })) })
    await folder.write('token', 'new\n')
    expect(await client.request('POST', '/x', { body: {}, retry })).toEqual({ fine: true })
    expect(server.received).toHaveLength(2)
    await client.close()
  })

  test('a 401 that stays is the answer, after one more try', async () => {
    await using server = await scriptedServer((_request, response) => refuse(response, 401, 'Unauthorized'))
    await using folder = await temporaryFolder()
    await folder.write('token', 'old')
    const client = await connect({ kubeconfig: await folder.write('config', config({ server: server.url }, { tokenFile: 'token' })) })
    await expect(client.request('GET', '/x')).rejects.toThrow('refused with Unauthorized')
    expect(server.received).toHaveLength(2)
    await client.close()
  })
})

describe('a plain http server', () => {
  test.each([
    ['http://10.0.0.1:8080', 1],
    ['http://api.corp', 1],
    ['http://127.0.0.1:8001', 0],
    ['http://localhost:8001', 0],
    ['https://10.0.0.1', 0],
  ])('C18: %s is taken as it is written, with %i warnings', async (server, count) => {
    const warnings: string[] = []
    const onWarning = (text: string) => warnings.push(text)
    expect((await connect({ kubeconfigText: config({ server }), environment: {}, onWarning })).server).toBe(server)
    expect(warnings).toHaveLength(count)
    connectTo({ server }, { onWarning })
    expect(warnings).toEqual(Array(2 * count).fill(expect.stringContaining(`${server} is not encrypted`)))
  })
})

describe('connectTo', () => {
  test('refuses what cannot be a connection, all at once', () => {
    const connection = { server: 'localhost:1', caData: 'AAAA', certData: CLIENT_PAIR.cert }
    expect(() => connectTo(connection)).toThrow(ConfigurationError)
    for (const words of ['connection.server', 'connection.caData is neither', 'connection.certData and connection.keyData go together']) {
      expect(() => connectTo(connection)).toThrow(words)
    }
  })
})

describe('a kubeconfig that we write', () => {
  test('is read back to the same connection', async () => {
    await using server = await scriptedServer((_request, response) => json(response, { fine: true }), SERVER_PAIR)
    await using folder = await temporaryFolder()
    const file = `${folder.path}/kubeconfig`
    await writeKubeconfig(file, kubeconfigFor({ server: server.url, caData: TEST_CA, token: 't', namespace: 'n' }, 'embedded'))
    const client = await connect({ kubeconfig: file })
    expect(await client.request('GET', '/x')).toEqual({ fine: true })
    expect([client.namespace, server.received[0]?.headers.authorization]).toEqual(['n', 'Bearer t'])
    await client.close()
  })

  test('has every part of the connection', () => {
    const text = kubeconfigFor({
      server: 'https://a',
      insecureSkipTlsVerify: true,
      tlsServerName: 'b',
      proxyUrl: 'http://p:1',
      certData: CLIENT_PAIR.cert,
      keyData: CLIENT_PAIR.key,
    })
    expect(JSON.parse(text)).toEqual({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        {
          name: 'kubewright',
          cluster: { server: 'https://a', 'insecure-skip-tls-verify': true, 'tls-server-name': 'b', 'proxy-url': 'http://p:1' },
        },
      ],
      users: [
        {
          name: 'kubewright',
          user: { 'client-certificate-data': base64(CLIENT_PAIR.cert), 'client-key-data': base64(CLIENT_PAIR.key) },
        },
      ],
      contexts: [{ name: 'kubewright', context: { cluster: 'kubewright', user: 'kubewright' } }],
      'current-context': 'kubewright',
    })
  })

  test('is for its owner alone, and replaces an older one', async () => {
    await using folder = await temporaryFolder()
    const { stat, readdir } = await import('node:fs/promises')
    const file = await folder.write('kubeconfig', 'old', 0o644)
    await writeKubeconfig(file, kubeconfigFor({ server: 'https://a', certData: CLIENT_PAIR.cert, keyData: CLIENT_PAIR.key }))
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(await readdir(folder.path)).toEqual(['kubeconfig'])
  })
})
