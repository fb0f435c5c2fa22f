// The audit log: the same lines on both servers.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '@kubewright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { useCluster } from './harness.ts'
import { startWebhookServer, type WebhookServer } from './webhook-server.ts'
import { type Wire, wire } from './wire.ts'

const folder = mkdtempSync(join(tmpdir(), 'kubewright-audit-'))
const log = join(folder, 'audit.log')
const policy = join(folder, 'policy.yaml')
writeFileSync(
  policy,
  `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - level: None
    users: [silent]
  - level: RequestResponse
    verbs: [create]
    resources: [{ group: "", resources: [configmaps] }]
  - level: Metadata
    namespaces: [default]
`,
)
const bench = useCluster({ apiServerFlags: [`--audit-policy-file=${policy}`, `--audit-log-path=${log}`] })

let admin: Wire
let hook: WebhookServer
beforeAll(async () => {
  admin = wire(bench.cluster.connection)
  hook = await startWebhookServer()
})
afterAll(async () => {
  admin[Symbol.dispose]()
  await hook[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

const MAPS = '/api/v1/namespaces/default/configmaps'
const as = (user: string) => ({ 'impersonate-user': user, 'impersonate-group': ['system:masters'] })

/** What was written about requests of one kind of name; a real server may write a moment after it answered. */
const linesAbout = (uri: string, count: number) =>
  eventually(() => {
    const lines = readFileSync(log, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
    const found = lines.filter(({ requestURI }) => requestURI === uri)
    expect(found).toHaveLength(count)
    return found
  })

test('a request is written down with who, what and how it ended', async () => {
  await admin.send('GET', `${MAPS}/missing?x=1`, undefined, { ...as('ann'), 'user-agent': 'test/1' })
  const [event] = await linesAbout(`${MAPS}/missing?x=1`, 1)
  expect(event).toMatchObject({
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Metadata',
    stage: 'ResponseComplete',
    verb: 'get',
    user: { groups: ['system:masters', 'system:authenticated'] },
    impersonatedUser: { username: 'ann', groups: ['system:masters', 'system:authenticated'] },
    sourceIPs: ['127.0.0.1'],
    userAgent: 'test/1',
    objectRef: { resource: 'configmaps', namespace: 'default', name: 'missing', apiVersion: 'v1' },
    responseStatus: { metadata: {}, status: 'Failure', reason: 'NotFound', code: 404 },
    annotations: { 'authorization.k8s.io/decision': 'allow' },
  })
  expect(event.requestObject).toBeUndefined()
  expect(event.stageTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
})

test('bodies are written where the policy wants them, and nothing where it wants nothing', async () => {
  const uri = `${MAPS}?fieldManager=bodies`
  await admin.send('POST', uri, { metadata: { name: 'bodies' }, data: { a: '1' } })
  const [event] = await linesAbout(uri, 1)
  expect(event).toMatchObject({
    level: 'RequestResponse',
    requestObject: { data: { a: '1' } },
    responseObject: { kind: 'ConfigMap', metadata: { name: 'bodies' } },
  })
  await admin.send('GET', `${MAPS}?limit=7`, undefined, {})
  await linesAbout(`${MAPS}?limit=7`, 1)
})

test('what is refused is written down with its decision', async () => {
  await admin.send('GET', `${MAPS}?limit=9`, undefined, { 'impersonate-user': 'eve' })
  const [event] = await linesAbout(`${MAPS}?limit=9`, 1)
  expect(event).toMatchObject({
    impersonatedUser: { username: 'eve' },
    responseStatus: { code: 403, reason: 'Forbidden' },
    annotations: { 'authorization.k8s.io/decision': 'forbid' },
  })
})

test('a watch is written down when it begins and when it ends', async () => {
  const uri = `${MAPS}?watch=1&timeoutSeconds=1&resourceVersion=0`
  await admin.send('GET', uri)
  expect((await linesAbout(uri, 2)).map(({ stage }) => stage)).toEqual(['ResponseStarted', 'ResponseComplete'])
})

test('webhooks add what they have to say', async () => {
  const webhook = {
    name: 'noted.example.com',
    clientConfig: { url: `${hook.url}/noted`, caBundle: hook.caBundle },
    rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }],
    objectSelector: { matchLabels: { for: 'noted' } },
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
  }
  hook.answer('/noted', () => ({ response: { allowed: true, auditAnnotations: { team: 'a' } } }))
  await admin.send('POST', '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations', {
    metadata: { name: 'noted' },
    webhooks: [webhook],
  })
  await eventually(async () => {
    await admin.send('POST', `${MAPS}?dryRun=All`, { metadata: { name: 'n', labels: { for: 'noted' } } })
    expect(hook.calls).not.toEqual([])
  })
  const uri = `${MAPS}?fieldManager=noted`
  await admin.send('POST', uri, { metadata: { name: 'noted', labels: { for: 'noted' } } })
  const [event] = await linesAbout(uri, 1)
  expect(event.annotations).toMatchObject({ 'noted.example.com/team': 'a' })
})
