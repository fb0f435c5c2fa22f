// Who cannot say who they are: what they are told, and what stands in the audit log of it. The same on both servers.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ClusterConnection, connectTo } from '@kubewright/client'
import { ApiError } from '@kubewright/core'
import { Authority } from '@kubewright/core/certificates'
import { eventually } from '@kubewright/testing'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { failure, useCluster } from './harness.ts'
import { wire } from './wire.ts'

const folder = mkdtempSync(join(tmpdir(), 'kubewright-strangers-'))
const log = join(folder, 'audit.log')
const policy = join(folder, 'policy.yaml')
writeFileSync(
  policy,
  `apiVersion: audit.k8s.io/v1
kind: Policy
omitManagedFields: true
rules:
  - level: RequestResponse
    namespaces: [default]
    omitStages: [RequestReceived]
`,
)
const authority = join(folder, 'ca.crt')
writeFileSync(authority, new Authority(Date.now()).cert)
const bench = useCluster({
  apiServerFlags: [`--audit-policy-file=${policy}`, `--audit-log-path=${log}`, `--client-ca-file=${authority}`],
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const MAPS = '/api/v1/namespaces/default/configmaps'

const linesAbout = (uri: string) =>
  eventually(() => {
    const lines = readFileSync(log, 'utf8').split('\n').filter(Boolean)
    const found = lines.map((line) => JSON.parse(line)).filter(({ requestURI }) => requestURI === uri)
    expect(found).not.toEqual([])
    return found
  })

async function ask(connection: Partial<ClusterConnection>, uri: string): Promise<unknown> {
  const { server } = bench.cluster.connection
  const client = connectTo({ server, insecureSkipTlsVerify: true, ...connection })
  onTestFinished(() => client.close())
  return client.request('GET', uri)
}

/** The code of a refusal, and the user that it names. */
const refusalOf = async (asking: Promise<unknown>) => {
  const error = await failure(asking)
  if (!(error instanceof ApiError)) throw error
  return [error.code, /User "([^"]*)"/.exec(error.message)?.[1]]
}
const certified = () => {
  const { cert, key } = new Authority(Date.now()).client('eve', ['system:masters'])
  return { certData: cert, keyData: key }
}

test('who shows nothing is anonymous, and so is who shows what no server looks at', async () => {
  using stranger = wire({ server: bench.cluster.connection.server, caData: bench.cluster.connection.caData })
  for (const headers of [{}, { authorization: 'Basic YTpi' }, { authorization: 'Bearer' }] as Record<string, string>[]) {
    const { code, body } = await stranger.send('GET', MAPS, undefined, headers)
    expect([code, body.message]).toEqual([
      403,
      'configmaps is forbidden: User "system:anonymous" cannot list resource "configmaps" in API group "" in the namespace "default"',
    ])
  }
})

test('a certificate of a strange authority is refused, and a right token makes good for it', async () => {
  expect(await refusalOf(ask(certified(), MAPS))).toEqual([401, undefined])
  const { token } = bench.cluster.connection
  if (token !== undefined) await expect(ask({ ...certified(), token }, MAPS)).resolves.toMatchObject({ kind: 'ConfigMapList' })
})

test.each([
  ['a token that nobody has', () => ({ token: 'wrong' })],
  ['a certificate that nobody vouches for', certified],
])('%s is written down once, without a name', async (title, credentials) => {
  const uri = `${MAPS}?labelSelector=${title.replaceAll(' ', '-')}`
  expect(await refusalOf(ask(credentials(), uri))).toEqual([401, undefined])
  const lines = await linesAbout(uri)
  expect(lines).toEqual([
    {
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level: 'RequestResponse',
      auditID: expect.any(String) as unknown,
      stage: 'ResponseStarted',
      requestURI: uri,
      verb: 'list',
      user: {},
      sourceIPs: ['127.0.0.1'],
      userAgent: expect.any(String) as unknown,
      objectRef: { resource: 'configmaps', namespace: 'default', apiVersion: 'v1' },
      responseStatus: { metadata: {}, status: 'Failure', message: 'Unauthorized', reason: 'Unauthorized', code: 401 },
      responseObject: {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message: 'Unauthorized',
        reason: 'Unauthorized',
        code: 401,
      },
      requestReceivedTimestamp: expect.any(String) as unknown,
      stageTimestamp: expect.any(String) as unknown,
    },
  ])
})

test('bodies are written without their managed fields where the policy says so', async () => {
  using admin = wire(bench.cluster.connection)
  const uri = `${MAPS}?fieldManager=omitted`
  await admin.send('POST', uri, { metadata: { name: 'omitted' }, data: { a: '1' } })
  const [event] = await linesAbout(uri)
  expect(event.responseObject.data).toEqual({ a: '1' })
  expect(event.responseObject.metadata.managedFields).toBeUndefined()
})
