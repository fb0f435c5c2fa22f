// The API server calls our webhooks: what its clients then see. On both servers; the real kube-apiserver says what is right.
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { Secret } from '@kubewright/client'
import { type ApiError, isApiError, isNotFound, type KubeObject, messageOf, type ResourceType, sleep } from '@kubewright/core'
import { certificate } from '@kubewright/core/certificates'
import { defineKind, type ObjectOf, z } from '@kubewright/schema'
import { eventually } from '@kubewright/testing'
import {
  conversion,
  lossless,
  ROTATE_ANNOTATION,
  type WebhookConfiguration,
  type WebhookServerOptions,
  webhookServer,
  webhooks,
} from '@kubewright/webhook'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { failure, useCluster } from './harness.ts'
import { installKind } from './install-kind.ts'
import { startManager } from './managers.ts'
import { tcpBalancer } from './tcp-balancer.ts'

const bench = useCluster()

const Website = defineKind({
  group: 'webhook.test',
  version: 'v1',
  kind: 'Website',
  spec: z.object({
    image: z.string().optional(),
    host: z.string().optional(),
    ports: z.array(z.object({ name: z.string() })).optional(),
    replicas: z.int().optional(),
  }),
  status: z.object({ ready: z.boolean().optional() }),
})
type Website = ObjectOf<typeof Website>

const website = (namespace: string, name: string, spec: Website['spec'], metadata: KubeObject['metadata'] = {}) =>
  Website.of({ metadata: { namespace, name, ...metadata }, spec })

let programs = 0
/** A program that serves webhooks, reached on this machine; its hooks see the objects of one namespace. */
const serve = (options: Omit<WebhookServerOptions, 'name'>) => serveAs(`program-${++programs}`, options)

async function serveAs(name: string, options: Omit<WebhookServerOptions, 'name'>) {
  const server = webhookServer({
    name,
    namespace: 'default',
    reach: { url: 'https://127.0.0.1:0' },
    bindAddress: '127.0.0.1:0',
    ...options,
  })
  const running = startManager(bench.cluster.connection, [server], { preStopDelay: 0 })
  onTestFinished(async () => {
    await running.stop()
    for (const plural of ['validatingwebhookconfigurations', 'mutatingwebhookconfigurations'])
      await bench.client.request('DELETE', `/apis/admissionregistration.k8s.io/v1/${plural}/${name}`).catch(unlessNotFound)
  })
  await Promise.race([server.whenServing!(AbortSignal.timeout(30_000)), running.ended.then((error) => Promise.reject(error))])
  return { ...running, name, server }
}

const unlessNotFound = (error: unknown) => {
  if (!isNotFound(error)) throw error
}

const within = (namespace: string) => ({ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } })
const websites = () => bench.client.resource(Website)

/** An API server hears of a configuration by a watch: a moment after it was written. */
async function called(namespace: string, check: (name: string) => Promise<void>): Promise<void> {
  let probes = 0
  await eventually(() => check(`${namespace}-probe-${++probes}`))
}

beforeAll(() => installKind(bench.client, Website))

describe('admission', () => {
  test('validate: every error at once, with its field, and what kubectl makes of them', async () => {
    const namespace = await bench.namespace()
    const hooks = webhooks(Website, {
      ...within(namespace),
      validate({ object, old, operation, errors, warn }) {
        if (operation === 'UPDATE' && old.spec.host !== object.spec.host) errors.forbidden('spec.host', 'cannot be changed')
        if (object.spec.image === undefined) errors.required('spec.image')
        if ((object.spec.replicas ?? 0) > 100) errors.invalid('spec.replicas', 'must be at most 100', object.spec.replicas)
        if (object.spec.image?.endsWith(':latest')) warn('spec.image: ":latest" may be another image tomorrow')
      },
      validateDelete: ({ old, deny }) => {
        if (old.spec.host === 'keep') deny('this one is kept', 409)
      },
    })
    await serve({ hooks: [hooks] })
    const resource = await websites()
    const create = (name: string, spec: Website['spec']) => resource.create(website(namespace, name, spec))
    let refused: ApiError | undefined
    await called(namespace, async (name) => {
      const error = await failure(create(name, { replicas: 101 }))
      if (!isApiError(error)) throw error
      refused = error
    })
    expect(refused?.status).toMatchObject({
      code: 422,
      reason: 'Invalid',
      message: expect.stringMatching(
        /^admission webhook "validate.website.webhook.test" denied the request: Website.webhook.test "test-\d+-probe-\d+" is invalid: \[spec.image: Required value, spec.replicas: Invalid value: 101: must be at most 100\]$/,
      ),
      details: {
        causes: [
          { reason: 'FieldValueRequired', field: 'spec.image', message: 'Required value' },
          { reason: 'FieldValueInvalid', field: 'spec.replicas', message: 'Invalid value: 101: must be at most 100' },
        ],
      },
    })
    await create('good', { image: 'nginx:1', host: 'keep' })
    const moved = await failure(resource.patch({ namespace, name: 'good' }, { type: 'merge', body: { spec: { host: 'b' } } }))
    expect(moved).toMatchObject({ code: 422, message: expect.stringContaining('spec.host: Forbidden: cannot be changed') })
    const kept = await failure(resource.delete({ namespace, name: 'good' }))
    expect(kept).toMatchObject({ code: 409, message: expect.stringContaining('denied the request: this one is kept') })
  })

  test('default: fills in, one hook after the other, and keeps what no type knows', async () => {
    const namespace = await bench.namespace()
    const seen: unknown[] = []
    const hooks = webhooks(Website, {
      ...within(namespace),
      default: [
        ({ object }) => {
          object.spec.replicas ??= 2
          object.metadata.labels = { ...object.metadata.labels, 'a/b': 'x' }
        },
        ({ object, dryRun }) => {
          seen.push([object.spec.replicas, dryRun])
          object.spec.ports = [...(object.spec.ports ?? []), { name: 'metrics' }]
          delete object.spec.host
        },
      ],
    })
    await serve({ hooks: [hooks] })
    const resource = await websites()
    await called(namespace, async (name) => {
      const { spec, metadata } = await resource.create(website(namespace, name, { ports: [{ name: 'http' }], host: 'a' }), { dryRun: true })
      expect(spec).toEqual({ replicas: 2, ports: [{ name: 'http' }, { name: 'metrics' }] })
      expect(metadata.labels).toEqual({ 'a/b': 'x' })
    })
    expect(seen.at(-1)).toEqual([2, true])
    expect((await resource.list({ namespace })).items).toEqual([])
  })

  test('warnings reach the client, long ones cut, whatever the verdict', async () => {
    const namespace = await bench.namespace()
    const hooks = webhooks(Website, {
      ...within(namespace),
      validate({ warn, errors, object }) {
        warn('first\nline')
        warn('x'.repeat(300))
        if (object.spec.host === 'bad') errors.invalid('spec.host', 'is bad')
      },
    })
    await serve({ hooks: [hooks] })
    const warnings: string[] = []
    const client = bench.cluster.client({ onWarning: (text) => warnings.push(text) })
    const resource = await client.resource(Website)
    await called(namespace, async (name) => {
      await resource.create(website(namespace, name, {}), { dryRun: true })
      expect(warnings).toEqual(['first line', `${'x'.repeat(253)}...`])
    })
    await failure(resource.create(website(namespace, 'bad', { host: 'bad' })))
    expect(warnings).toHaveLength(4)
  })

  test('a hook that throws is an answer with a reason, one that hangs is cut off in time, and both are let pass where failures are to be ignored', async () => {
    const namespace = await bench.namespace()
    const unruly = (name: string, failurePolicy: 'Fail' | 'Ignore', host: string) =>
      webhooks(Website, {
        ...within(namespace),
        name,
        failurePolicy,
        timeout: '1s',
        async validate({ object, signal }) {
          if (object.spec.host === `${host}-throws`) throw new Error('the database is gone')
          if (object.spec.host === `${host}-hangs`)
            await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
        },
      })
    const { lines, manager } = await serve({ hooks: [unruly('strict', 'Fail', 'strict'), unruly('lax', 'Ignore', 'lax')] })
    const resource = await websites()
    const refusal = async (name: string, host: string) => {
      const error = await failure(resource.create(website(namespace, name, { host }), { dryRun: true }))
      if (!isApiError(error)) throw error
      return error
    }
    await called(namespace, async (name) => {
      expect(await refusal(name, 'strict-throws')).toMatchObject({
        code: 500,
        message: expect.stringMatching(
          /admission webhook "validate.strict.webhook.test" denied the request: strict: the database is gone$/,
        ),
      })
    })
    expect(await refusal('h', 'strict-hangs')).toMatchObject({
      code: 500,
      message: expect.stringContaining('strict: the hook did not answer within 900 ms'),
    })
    for (const host of ['lax-throws', 'lax-hangs']) await resource.create(website(namespace, host, { host }), { dryRun: true })
    expect(lines.filter(({ level }) => level === 'error').map(({ text }) => JSON.parse(text).message)).toEqual(
      expect.arrayContaining(['the hook failed', 'the hook took too long']),
    )
    expect(lines.some(({ text }) => text.includes('lax-hangs"'))).toBe(true)
    const metrics = await manager.metrics.metrics()
    expect(metrics).toMatch(/controller_runtime_webhook_panics_total [4-9]/)
    expect(metrics).toMatch(/controller_runtime_webhook_requests_total\{webhook="\/validate-webhook-test-v1-strict",code="200"\} \d/)
  })

  test('an object that is being deleted can lose its finalizers, whatever the rules say of it', async () => {
    const namespace = await bench.namespace()
    const resource = await websites()
    await resource.create(website(namespace, 'old', { host: 'bad' }, { finalizers: ['webhook.test/cleanup'] }))
    const hooks = webhooks(Website, {
      ...within(namespace),
      validate: ({ object, errors }) => {
        if (object.spec.host === 'bad') errors.invalid('spec.host', 'is bad')
      },
    })
    await serve({ hooks: [hooks] })
    await called(
      namespace,
      async (name) => void (await failure(resource.create(website(namespace, name, { host: 'bad' }), { dryRun: true }))),
    )
    const unlock = { type: 'merge', body: { metadata: { finalizers: [] } } } as const
    expect(await failure(resource.patch({ namespace, name: 'old' }, unlock))).toMatchObject({ code: 422 })
    await resource.delete({ namespace, name: 'old' })
    await resource.patch({ namespace, name: 'old' }, unlock)
    expect(await failure(resource.get({ namespace, name: 'old' }))).toMatchObject({ code: 404 })
  })

  test('a subresource has hooks of its own', async () => {
    const namespace = await bench.namespace()
    const asked: string[] = []
    const hooks = webhooks(Website, {
      ...within(namespace),
      validate: ({ request }) => void asked.push(request.name ?? ''),
      subresources: {
        status: {
          validate: ({ object, errors }) => {
            const { ready } = (object['status'] ?? {}) as { readonly ready?: boolean }
            if (ready === false) errors.invalid('status.ready', 'is never false', ready)
          },
        },
      },
    })
    await serve({ hooks: [hooks] })
    const resource = await websites()
    await called(namespace, async (name) => {
      await resource.create(website(namespace, name, {}))
      expect(asked).toContain(name)
    })
    await resource.create(website(namespace, 'a', {}))
    const status = (ready: boolean) =>
      resource.patch({ namespace, name: 'a' }, { type: 'merge', body: { status: { ready } } }, { subresource: 'status' })
    await status(true)
    expect(await failure(status(false))).toMatchObject({
      code: 422,
      message: expect.stringContaining('status.ready: Invalid value: false: is never false'),
    })
  })

  test('match conditions keep requests away', async () => {
    const namespace = await bench.namespace()
    const asked: string[] = []
    const hooks = webhooks(Website, {
      ...within(namespace),
      matchConditions: [{ name: 'not-quiet', expression: '!has(object.metadata.labels) || !("quiet" in object.metadata.labels)' }],
      validate: ({ request }) => void asked.push(request.name ?? ''),
    })
    await serve({ hooks: [hooks] })
    const resource = await websites()
    await called(namespace, async (name) => {
      await resource.create(website(namespace, name, {}))
      expect(asked).toContain(name)
    })
    await resource.create(website(namespace, 'quiet', {}, { labels: { quiet: '' } }))
    expect(asked).not.toContain('quiet')
  })

  test('a condition that does not compile ends the program with the reason, instead of a hook that is never called', async () => {
    const server = webhookServer({
      ...{ name: 'broken', namespace: 'default', reach: { url: 'https://127.0.0.1:0' }, bindAddress: '127.0.0.1:0' },
      hooks: [webhooks(Website, { matchConditions: [{ name: 'a', expression: 'object.' }], validate() {} })],
    })
    const { ended } = startManager(bench.cluster.connection, [server], { preStopDelay: 0 })
    expect(await ended).toMatchObject({
      name: 'ConfigurationError',
      message: expect.stringMatching(/^webhooks of broken: .*matchConditions/),
    })
  })

  test('what ends the program ends it although its certificates come from a folder that is followed until then', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'webhook-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const subject = { commonName: 'x' }
    const validity = { notBefore: Date.now() - 3_600_000, notAfter: Date.now() + 3_600_000 }
    const use = { is: 'server', names: ['127.0.0.1'] } as const
    await writeFile(join(folder, 'tls.crt'), certificate({ ...validity, subject, publicKey, issuer: subject, issuerKey: privateKey, use }))
    await writeFile(join(folder, 'tls.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }))
    const server = webhookServer({
      ...{ name: 'broken-folder', namespace: 'default', reach: { url: 'https://127.0.0.1:0' }, bindAddress: '127.0.0.1:0' },
      hooks: [webhooks(Website, { matchConditions: [{ name: 'a', expression: 'object.' }], validate() {} })],
      certificates: { from: 'folder', folder },
    })
    const { ended } = startManager(bench.cluster.connection, [server], { preStopDelay: 0 })
    expect(await Promise.race([ended, sleep(15_000)])).toMatchObject({ name: 'ConfigurationError' })
  })
})

describe('certificates', () => {
  const always = (namespace: string) =>
    webhooks(Website, {
      ...within(namespace),
      default({ object }) {
        object.spec.replicas ??= 1
      },
      validate() {},
    })
  const secrets = () => bench.client.resource(Secret)
  const certificatesOf = async (name: string) => {
    const { data = {} } = await (await secrets()).get({ namespace: 'default', name: `${name}-certificates` })
    const text = (key: string) => (data[key] === undefined ? undefined : Buffer.from(data[key], 'base64').toString())
    return {
      bundle: text('ca.crt')!,
      server: text('tls.crt')!,
      phase: data['next-ca.key'] ? 'announcing' : data['previous-authority.crt'] ? 'retiring' : 'steady',
    }
  }
  const bundlesOf = async (name: string) => {
    const path = (plural: string) => `/apis/admissionregistration.k8s.io/v1/${plural}/${name}`
    const all = await Promise.all(
      ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'].map((plural) =>
        bench.client.request<WebhookConfiguration>('GET', path(plural)),
      ),
    )
    return all.flatMap(({ webhooks = [] }) =>
      webhooks.map(({ clientConfig }) => Buffer.from(clientConfig.caBundle ?? '', 'base64').toString()),
    )
  }

  test('two replicas, one restarted, server certificate and authority rotated: not one of the requests under way fails', async () => {
    const namespace = await bench.namespace()
    const balancer = await tcpBalancer()
    const rotation = { propagation: '2s', retirement: '3s', checkEvery: '1s' }
    const replica = () =>
      serveAs('rotated', {
        hooks: [always(namespace)],
        reach: { url: `https://127.0.0.1:${balancer.port}` },
        certificates: { from: 'secret', rotation },
      })
    const [first, second] = await Promise.all([replica(), replica()])
    balancer.use(first.server.port!, second.server.port!)
    const resource = await websites()
    await called(namespace, async (name) =>
      expect((await resource.create(website(namespace, name, {}), { dryRun: true })).spec.replicas).toBe(1),
    )

    const load = startLoad(50, async (turn) => {
      const { spec } = await resource.create(website(namespace, `load-${turn}`, {}), { dryRun: true })
      if (spec.replicas !== 1) throw new Error('the hook was not called')
    })
    let replicas = [first, second]
    const handshakes = startHandshakes(
      async () => (await bundlesOf('rotated'))[0]!,
      () => replicas.map(({ server }) => server.port!),
    )
    const before = await certificatesOf('rotated')
    // A replica goes, as behind a Service: no new connections, then the end; and another one comes.
    balancer.use(second.server.port!)
    replicas = [second]
    await first.stop()
    const third = await replica()
    replicas = [second, third]
    balancer.use(second.server.port!, third.server.port!)

    const phases = new Set<string>()
    await bench.client.request('PATCH', '/api/v1/namespaces/default/secrets/rotated-certificates', {
      body: { metadata: { annotations: { [ROTATE_ANNOTATION]: 'now' } } },
      headers: { 'content-type': 'application/merge-patch+json' },
    })
    await eventually(
      async () => {
        const { bundle, phase } = await certificatesOf('rotated')
        phases.add(phase)
        if (phase !== 'steady' || bundle === before.bundle) throw new Error(`still ${phase}`)
      },
      { timeout: 40_000 },
    )
    const after = await certificatesOf('rotated')
    await eventually(async () => expect(await bundlesOf('rotated')).toEqual([after.bundle, after.bundle]))
    await sleep(2_000)
    const { sent, failures } = await load.stop()
    const connected = await handshakes.stop()
    expect(phases).toEqual(new Set(['steady', 'announcing', 'retiring']))
    expect(after.server).not.toBe(before.server)
    expect([failures, connected.failures]).toEqual([[], []])
    expect(sent).toBeGreaterThan(20)
    expect(connected.sent).toBeGreaterThan(20)
    process.stdout.write(`rotation under load: ${sent} requests and ${connected.sent} handshakes, 0 failed\n`)
  })

  test('an expired certificate is mended at the start, and a bundle that somebody took away comes back', async () => {
    const namespace = await bench.namespace()
    const { data, server } = expiredMaterial()
    await (await secrets()).create({
      metadata: { namespace: 'default', name: 'expired-certificates' },
      type: 'kubernetes.io/tls',
      stringData: data,
    } as unknown as Secret)
    await serveAs('expired', { hooks: [always(namespace)] })
    const resource = await websites()
    await called(namespace, async (name) =>
      expect((await resource.create(website(namespace, name, {}), { dryRun: true })).spec.replicas).toBe(1),
    )
    const { bundle, server: now } = await certificatesOf('expired')
    expect([bundle === data['ca.crt'], now === server]).toEqual([false, false])
    await bench.client.request('PATCH', '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/expired', {
      body: [{ op: 'remove', path: '/webhooks/0/clientConfig/caBundle' }],
      headers: { 'content-type': 'application/json-patch+json' },
    })
    await eventually(async () => expect(await bundlesOf('expired')).toEqual([bundle, bundle]))
  })

  test('a steady program writes nothing', async () => {
    const namespace = await bench.namespace()
    const { name } = await serve({ hooks: [always(namespace)] })
    const versions = async () => {
      const paths = [
        `/api/v1/namespaces/default/secrets/${name}-certificates`,
        `/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/${name}`,
        `/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/${name}`,
      ]
      const objects = await Promise.all(paths.map((path) => bench.client.request<KubeObject>('GET', path)))
      return objects.map(({ metadata }) => metadata.resourceVersion)
    }
    const before = await versions()
    // A second replica finds everything as it has to be.
    await serveAs(name, { hooks: [always(namespace)], install: false })
    await sleep(3_000)
    expect(await versions()).toEqual(before)
  })
})

/** What a program leaves behind that was last started two years ago: all of it in order, and none of it valid any more. */
function expiredMaterial() {
  const subject = { commonName: 'old-ca' }
  const [ca, own] = [generateKeyPairSync('ec', { namedCurve: 'P-256' }), generateKeyPairSync('ec', { namedCurve: 'P-256' })]
  const validity = {
    notBefore: Date.now() - 700 * 86_400_000,
    notAfter: Date.now() - 86_400_000,
    issuer: subject,
    issuerKey: ca.privateKey,
  }
  const authority = certificate({ ...validity, subject, publicKey: ca.publicKey, use: { is: 'authority' } })
  const server = certificate({
    ...validity,
    subject: { commonName: 'x' },
    publicKey: own.publicKey,
    use: { is: 'server', names: ['127.0.0.1'] },
  })
  const pem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }) as string
  return { server, data: { 'ca.crt': authority, 'ca.key': pem(ca.privateKey), 'tls.crt': server, 'tls.key': pem(own.privateKey) } }
}

/** So many requests a second until it is stopped; what failed is kept. */
function startLoad(rate: number, send: (turn: number) => Promise<unknown>) {
  const failures: string[] = []
  const pending = new Set<Promise<unknown>>()
  let sent = 0
  const began = performance.now()
  // A machine that is busy makes up for what it was late with.
  const timer = setInterval(() => {
    while (sent < ((performance.now() - began) / 1000) * rate) {
      const request = send(sent++).catch((error: unknown) => failures.push(messageOf(error)))
      pending.add(request)
      void request.finally(() => pending.delete(request))
    }
  }, 1000 / rate)
  onTestFinished(() => clearInterval(timer))
  return {
    async stop() {
      clearInterval(timer)
      await Promise.all(pending)
      return { sent, failures }
    },
  }
}

/**
 * An API server that hears late: it knows the bundle of half a second ago, and makes a new connection each time. The real one keeps connections
 * and hears at once, so that it seldom notices a rotation that is done in the wrong order.
 */
function startHandshakes(bundle: () => Promise<string>, ports: () => readonly number[]) {
  const failures: string[] = []
  const stop = new AbortController()
  let sent = 0
  const run = async () => {
    let [known, next] = [await bundle(), await bundle()]
    let read = performance.now()
    while (!stop.signal.aborted) {
      for (const port of ports()) {
        const refused = await handshake(port, known)
        // One that has gone in the meantime is no replica any more.
        if (refused !== undefined && ports().includes(port)) failures.push(refused)
        sent++
      }
      if (performance.now() - read > 500) {
        known = next
        next = await bundle()
        read = performance.now()
      }
      await sleep(20)
    }
  }
  const running = run()
  onTestFinished(() => stop.abort())
  return {
    async stop() {
      stop.abort()
      await running
      return { sent, failures }
    },
  }
}

/** Why the certificate there is not believed; `undefined` when it is. */
function handshake(port: number, ca: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, ca }, () => {
      resolve(undefined)
      socket.destroy()
    })
    socket.once('error', (error) => resolve(messageOf(error)))
  })
}

interface Gadget extends KubeObject {
  readonly spec: Readonly<Record<string, unknown>>
}
const gadget = (version: string): ResourceType<Gadget> => ({
  group: 'webhook.test',
  version,
  kind: 'Gadget',
  plural: 'gadgets',
  namespaced: true,
})

/** v1beta1 says the size in one text, v1 in two numbers, and v1 has a colour that v1beta1 has not. */
const gadgets = lossless({
  hub: 'v1',
  versions: ['v1beta1'],
  toHub(_, { metadata, ...rest }) {
    const { size = '' } = rest['spec'] as { readonly size?: string }
    if (!/^\d+x\d+$/.test(size)) throw new Error('spec.size must be such as "3x4"')
    const [width, height] = size.split('x').map(Number)
    return { ...rest, metadata: { ...metadata, annotations: { ...metadata.annotations } }, spec: { width, height } }
  },
  fromHub(_, { metadata, ...rest }) {
    const { width, height } = rest['spec'] as { readonly width: number; readonly height: number }
    return { ...rest, metadata, spec: { size: `${width}x${height}` } }
  },
})

test('two versions by webhook: written in one and read in the other, nothing lost, and refused with the reason', async () => {
  const namespace = await bench.namespace()
  const open = {
    openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } },
  }
  await bench.client.request('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    body: {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'gadgets.webhook.test' },
      spec: {
        group: 'webhook.test',
        scope: 'Namespaced',
        names: { kind: 'Gadget', plural: 'gadgets' },
        versions: [
          { name: 'v1', served: true, storage: true, schema: open },
          { name: 'v1beta1', served: true, storage: false, schema: open },
        ],
      },
    },
  })
  await serve({ conversions: [conversion(gadget('v1'), gadgets)] })
  const [hub, spoke] = [await bench.client.resource(gadget('v1')), await bench.client.resource(gadget('v1beta1'))]
  const beta = (name: string, size: string) => ({
    apiVersion: 'webhook.test/v1beta1',
    kind: 'Gadget',
    metadata: { namespace, name },
    spec: { size },
  })
  await called(namespace, async (name) => {
    await spoke.create(beta(name, '3x4'))
    expect((await hub.get({ namespace, name })).spec).toEqual({ width: 3, height: 4 })
  })
  const metadata = { namespace, name: 'red', labels: { a: 'b' } }
  await hub.create({ apiVersion: 'webhook.test/v1', kind: 'Gadget', metadata, spec: { width: 1, height: 2, colour: 'red' } })
  const read = await spoke.get({ namespace, name: 'red' })
  expect(read).toMatchObject({ apiVersion: 'webhook.test/v1beta1', metadata: { labels: { a: 'b' } }, spec: { size: '1x2' } })
  await spoke.update({ ...read, spec: { size: '5x2' } })
  expect((await hub.get({ namespace, name: 'red' })).spec).toEqual({ width: 5, height: 2, colour: 'red' })
  expect((await hub.get({ namespace, name: 'red' })).metadata.annotations ?? {}).toEqual({})
  expect((await spoke.list({ namespace })).items.map(({ spec }) => spec)).toContainEqual({ size: '5x2' })
  const refused = await failure(spoke.create(beta('odd', 'large')))
  expect(refused).toMatchObject({ message: expect.stringContaining('spec.size must be such as "3x4"') })
})
