// The flags for webhooks: each test fails when its flag is accepted and forgotten.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { isNotFound } from '@kubewright/core'
import { Authority } from '@kubewright/core/certificates'
import { eventually } from '@kubewright/testing'
import type { WebhookConfiguration } from '@kubewright/webhook'
import { afterEach, expect, onTestFinished } from 'vitest'
import { configMap, failure, useCluster } from './harness.ts'
import { type Program, test } from './program.ts'

const bench = useCluster()
const PATH = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/kubewright-checked'
const configuration = () => bench.client.request<WebhookConfiguration>('GET', PATH)
const clientConfig = async () => (await configuration()).webhooks![0]!.clientConfig

afterEach(() =>
  bench.client.request('DELETE', PATH).catch((error: unknown) => {
    if (!isNotFound(error)) throw error
  }),
)

const flags = (...more: readonly string[]) => [
  ...[
    '--kubeconfig',
    bench.cluster.kubeconfigPath,
    '--metrics-bind-address',
    '0',
    '--health-probe-bind-address',
    '0',
    '--log-format',
    'json',
  ],
  ...more,
]

const portOf = async (program: Program) =>
  Number(
    (await program.says(/webhooks are listening","?.*?"port":(\d+)|"port":(\d+).*webhooks are listening/, { timeout: 20_000 }))
      .slice(1)
      .find(Boolean),
  )

/** The certificate that is served there. */
function served(port: number, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, ca }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN))
      socket.destroy()
    })
    socket.once('error', reject)
  })
}

function folder(): { readonly path: string; readonly ca: string; put(name: string): void } {
  const path = mkdtempSync(join(tmpdir(), 'kubewright-webhook-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  const authority = new Authority(Date.now())
  return {
    path,
    ca: authority.cert,
    put(name) {
      const { cert, key } = authority.server(['127.0.0.1'], name)
      for (const [file, text] of Object.entries({ 'tls.crt': cert, 'tls.key': key, 'ca.crt': authority.cert }))
        writeFileSync(join(path, file), text)
    },
  }
}

test('--webhook-url: the API server calls a program that no Service stands before', async ({ kubewright }) => {
  const namespace = await bench.namespace()
  const program = kubewright(flags('--webhook-url', 'https://127.0.0.1:0', '--webhook-port', '0'), { file: 'checked.ts' })
  const port = await portOf(program)
  const maps = await bench.configMaps()
  const create = (name: string, good: string) =>
    maps.create(configMap(namespace, name, { labels: { checked: 'yes' }, data: { good } }), { dryRun: true })
  let probes = 0
  await eventually(async () => expect(await failure(create(`a${++probes}`, 'no'))).toMatchObject({ code: 422 }), { timeout: 20_000 })
  await create('b', 'yes')
  expect((await clientConfig()).url).toBe(`https://127.0.0.1:${port}/validate--v1-checked`)
})

test('without a word about them, a program outside the cluster is found on this machine, and nothing is refused when it has gone', async ({
  kubewright,
}) => {
  const namespace = await bench.namespace()
  const program = kubewright(flags(), { file: 'checked.ts' })
  const port = await portOf(program)
  await eventually(async () => expect((await clientConfig()).url).toBe(`https://127.0.0.1:${port}/validate--v1-checked`), {
    timeout: 20_000,
  })
  expect((await configuration()).webhooks![0]!.failurePolicy).toBe('Ignore')
  const maps = await bench.configMaps()
  const create = (name: string) =>
    maps.create(configMap(namespace, name, { labels: { checked: 'yes' }, data: { good: 'no' } }), { dryRun: true })
  let probes = 0
  await eventually(async () => expect(await failure(create(`a${++probes}`))).toMatchObject({ code: 422 }), { timeout: 20_000 })
  program.kill('SIGTERM')
  expect(await program.ended).toBe(0)
  await create('b')
})

test('the webhooks of the program that is installed in the cluster are left alone, and the log says so', async ({ kubewright }) => {
  const service = { service: { name: 'kubewright-checked', namespace: 'operators' } }
  const entry = {
    ...{ name: 'mine.checked.dev', admissionReviewVersions: ['v1'], sideEffects: 'None', failurePolicy: 'Ignore', clientConfig: service },
    rules: [{ apiGroups: ['none.dev'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['nones'], scope: '*' }],
  }
  const head = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingWebhookConfiguration' }
  const body = { ...head, metadata: { name: 'kubewright-checked' }, webhooks: [entry] }
  await bench.client.request('POST', PATH.slice(0, PATH.lastIndexOf('/')), { body })
  const program = kubewright(flags(), { file: 'checked.ts' })
  await program.says(/webhooks are not served.*installed in the cluster|installed in the cluster.*webhooks are not served/, {
    timeout: 20_000,
  })
  expect(await clientConfig()).toMatchObject(service)
})

test('--webhook-failure-policy stands in the place of what the webhooks say', async ({ kubewright }) => {
  const at = ['--webhook-url', 'https://127.0.0.1:0', '--webhook-port', '0']
  const policy = async () => (await configuration()).webhooks![0]!.failurePolicy
  const plain = kubewright(flags(...at), { file: 'checked.ts' })
  await eventually(async () => expect(await policy()).toBe('Fail'), { timeout: 20_000 })
  plain.kill('SIGTERM')
  await plain.ended
  kubewright(flags(...at, '--webhook-failure-policy', 'Ignore'), { file: 'checked.ts' }).says(/./)
  await eventually(async () => expect(await policy()).toBe('Ignore'), { timeout: 20_000 })
})

test('--webhook-port and --webhook-service: where it listens, and the Service by which it is found', async ({ kubewright }) => {
  const program = kubewright(flags('--webhook-service', 'front', '--webhook-port', '0'), { file: 'checked.ts' })
  expect(await portOf(program)).not.toBe(9443)
  await eventually(async () => expect((await clientConfig()).service).toMatchObject({ name: 'front', namespace: 'default', port: 443 }), {
    timeout: 20_000,
  })
})

test('--webhook-cert-dir: the certificate in it is served, and its successor without a restart; its authority is trusted', async ({
  kubewright,
}) => {
  const { path, put, ca } = folder()
  put('first')
  const program = kubewright(flags('--webhook-cert-dir', path, '--webhook-url', 'https://127.0.0.1:0', '--webhook-port', '0'), {
    file: 'checked.ts',
  })
  const port = await portOf(program)
  expect(await served(port, ca)).toBe('first')
  await eventually(async () => expect((await clientConfig()).caBundle).toBe(Buffer.from(ca).toString('base64')), { timeout: 20_000 })
  put('second')
  await eventually(async () => expect(await served(port, ca)).toBe('second'), { timeout: 20_000 })
})

test('--no-webhook-install: configurations are not made, and those that are there get the authority', async ({ kubewright }) => {
  kubewright(flags('--no-webhook-install', '--webhook-url', 'https://127.0.0.1:0', '--webhook-port', '0', '--log-level', 'debug'), {
    file: 'checked.ts',
  }).says(/./)
  const entry = {
    ...{ name: 'mine.checked.dev', admissionReviewVersions: ['v1'], sideEffects: 'None', failurePolicy: 'Ignore' },
    clientConfig: { url: 'https://127.0.0.1:9/x' },
    rules: [{ apiGroups: ['none.dev'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['nones'], scope: '*' }],
  }
  const body = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'kubewright-checked' },
    webhooks: [entry],
  }
  await bench.client.request('POST', PATH.slice(0, PATH.lastIndexOf('/')), { body })
  await eventually(async () => expect((await clientConfig()).caBundle).toBeTruthy(), { timeout: 20_000 })
  expect((await clientConfig()).url).toBe('https://127.0.0.1:9/x')
})
