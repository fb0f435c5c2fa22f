// Controllers at work: what a reconcile function may rely on.
import { ConfigMap } from '@kubewright/client'
import { isNotFound } from '@kubewright/core'
import { controller } from '@kubewright/runtime'
import { defineKind } from '@kubewright/schema'
import { consistently, eventually, faultProxy } from '@kubewright/testing'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { failure, useCluster } from './harness.ts'
import { installKind } from './install-kind.ts'
import { runManager } from './managers.ts'

const bench = useCluster()

const Greeting = defineKind({
  group: 'runtime.example.dev',
  version: 'v1',
  kind: 'Greeting',
  spec: z.object({ text: z.string().default('hello') }),
  status: z.object({ printed: z.string().optional(), runs: z.int().optional() }),
})

beforeAll(() => installKind(bench.client, Greeting))

const greeting = (namespace: string, name: string, text?: string) =>
  Greeting.of({ metadata: { namespace, name }, spec: text === undefined ? {} : { text } })
const greetings = () => bench.client.resource(Greeting)

/** Prints each greeting into a ConfigMap of the same name. */
const printer = (namespace: string, onRun: (name: string) => void = () => {}) =>
  controller(Greeting, {
    namespaces: [namespace],
    owns: [ConfigMap],
    async reconcile({ object, apply, status }) {
      onRun(object.metadata.name!)
      const { name } = object.metadata
      const printed = await apply({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: name!, namespace },
        data: { text: object.spec.text },
      } satisfies ConfigMap)
      status.printed = printed.data?.['text']
    },
  })

test('what was there before, and what comes later, is brought about, with the owner set and the status told', async () => {
  const namespace = await bench.namespace()
  const resource = await greetings()
  const configMaps = await bench.configMaps()
  const before = await resource.create(greeting(namespace, 'before'))
  runManager(bench.cluster.connection, [printer(namespace)])
  await eventually(async () => expect((await configMaps.get({ namespace, name: 'before' })).data).toEqual({ text: 'hello' }))
  expect((await configMaps.get({ namespace, name: 'before' })).metadata.ownerReferences).toMatchObject([
    { kind: 'Greeting', name: 'before', uid: before.metadata.uid, controller: true },
  ])
  await resource.create(greeting(namespace, 'later', 'good evening'))
  await eventually(async () => expect((await resource.get({ namespace, name: 'later' })).status).toMatchObject({ printed: 'good evening' }))
})

test('a change of the object, a change of what it owns and the loss of what it owns are all mended', async () => {
  const namespace = await bench.namespace()
  const resource = await greetings()
  const configMaps = await bench.configMaps()
  const name = { namespace, name: 'a' }
  const text = async () => (await configMaps.get(name)).data?.['text']
  await resource.create(greeting(namespace, 'a', 'one'))
  runManager(bench.cluster.connection, [printer(namespace)])
  await eventually(async () => expect(await text()).toBe('one'))
  await resource.patch(name, { type: 'merge', body: { spec: { text: 'two' } } })
  await eventually(async () => expect(await text()).toBe('two'))
  await configMaps.patch(name, { type: 'merge', body: { data: { text: 'defaced' } } })
  await eventually(async () => expect(await text()).toBe('two'))
  await configMaps.delete(name)
  await eventually(async () => expect(await text()).toBe('two'))
})

test('a failing reconcile is tried again until it succeeds, and its neighbours do not wait for it', async () => {
  const namespace = await bench.namespace()
  const resource = await greetings()
  const attempts = new Map<string, number>()
  const failing = controller(Greeting, {
    namespaces: [namespace],
    reconcile({ object, status }) {
      const name = object.metadata.name!
      const attempt = (attempts.get(name) ?? 0) + 1
      attempts.set(name, attempt)
      if (name === 'bad' && attempt < 4) throw new Error('the printer is out of paper')
      status.printed = 'yes'
    },
  })
  const running = runManager(bench.cluster.connection, [failing])
  await resource.create(greeting(namespace, 'bad'))
  await resource.create(greeting(namespace, 'good'))
  for (const name of ['bad', 'good'])
    await eventually(async () => expect((await resource.get({ namespace, name })).status?.printed).toBe('yes'))
  expect(attempts.get('bad')).toBeGreaterThanOrEqual(4)
  const told = running.lines.filter(({ level, text }) => level === 'error' && text.includes('out of paper'))
  expect(told.length).toBeGreaterThanOrEqual(3)
  expect(told[0]!.text).toContain('bad')
})

test('a run that asks for another is run again, after the time it asked for', async () => {
  const namespace = await bench.namespace()
  const times: number[] = []
  const again = controller(Greeting, {
    namespaces: [namespace],
    reconcile() {
      times.push(performance.now())
      return times.length < 3 ? { requeueAfter: 200 } : undefined
    },
  })
  runManager(bench.cluster.connection, [again])
  await (await greetings()).create(greeting(namespace, 'a'))
  await eventually(() => expect(times).toHaveLength(3))
  for (const i of [1, 2]) expect(times[i]! - times[i - 1]!).toBeGreaterThanOrEqual(195)
})

describe('clean-up', () => {
  test('happens before the object goes, and while it fails the object stays', async () => {
    const namespace = await bench.namespace()
    const resource = await greetings()
    let attempts = 0
    let broken = true
    const cleaned: string[] = []
    const careful = controller(Greeting, {
      namespaces: [namespace],
      reconcile({ status }) {
        status.printed = 'yes'
      },
      cleanup({ object }) {
        attempts++
        if (broken) throw new Error('the world outside does not answer')
        cleaned.push(object.metadata.name!)
      },
    })
    runManager(bench.cluster.connection, [careful])
    const name = { namespace, name: 'a' }
    await resource.create(greeting(namespace, 'a'))
    await eventually(async () => expect((await resource.get(name)).status?.printed).toBe('yes'))
    expect((await resource.get(name)).metadata.finalizers).toHaveLength(1)
    await resource.delete(name)
    await eventually(() => expect(attempts).toBeGreaterThan(2))
    expect((await resource.get(name)).metadata.deletionTimestamp).toBeTruthy()
    broken = false
    await eventually(async () => expect(isNotFound(await failure(resource.get(name)))).toBe(true))
    expect(cleaned).toEqual(['a'])
  })
})

test('when nothing happens, nothing is written and nothing is asked', async () => {
  const namespace = await bench.namespace()
  const resource = await greetings()
  const proxy = await faultProxy(bench.cluster.connection)
  onTestFinished(() => proxy.stop())
  for (let i = 0; i < 20; i++) await resource.create(greeting(namespace, `g-${i}`))
  let runs = 0
  runManager(proxy.connection, [printer(namespace, () => runs++)])
  await eventually(async () => {
    const { items } = await resource.list({ namespace })
    expect(items.filter(({ status }) => status?.printed === 'hello')).toHaveLength(20)
  })
  // What the last writes stir up is still under way.
  let settled = -1
  await eventually(
    () => {
      const before = settled
      settled = runs
      expect(settled).toBe(before)
    },
    { interval: 300 },
  )
  proxy.forget()
  const before = runs
  await consistently(() => expect(proxy.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([]), 3_000)
  expect(runs).toBe(before)
})

test('stopped in the middle of a run, the manager lets it end and is then really over', async () => {
  const namespace = await bench.namespace()
  let finish: (() => void) | undefined
  let finished = false
  const slow = controller(Greeting, {
    namespaces: [namespace],
    async reconcile() {
      await new Promise<void>((resolve) => {
        finish = resolve
      })
      finished = true
    },
  })
  const running = runManager(bench.cluster.connection, [slow])
  await (await greetings()).create(greeting(namespace, 'a'))
  await eventually(() => expect(finish).toBeDefined())
  let over = false
  const stopping = running.stop().then((error) => {
    over = true
    return error
  })
  await consistently(() => expect(over).toBe(false), 200)
  finish!()
  expect(await stopping).toBe(undefined)
  expect(finished).toBe(true)
})

test('probes and metrics answer, on the ports that were free', async () => {
  const namespace = await bench.namespace()
  await (await greetings()).create(greeting(namespace, 'a'))
  const running = runManager(bench.cluster.connection, [printer(namespace)], {
    metricsBindAddress: '127.0.0.1:0',
    healthProbeBindAddress: '127.0.0.1:0',
  })
  const get = async (address: string | undefined, path: string) => {
    const answer = await fetch(`http://${address}${path}`)
    return { status: answer.status, body: await answer.text() }
  }
  await eventually(async () => expect((await get(running.manager.addresses().health, '/readyz')).status).toBe(200))
  expect((await get(running.manager.addresses().health, '/healthz')).status).toBe(200)
  await eventually(async () => {
    const { body } = await get(running.manager.addresses().metrics, '/metrics')
    for (const family of ['workqueue_adds_total', 'controller_runtime_reconcile_total', 'rest_client_requests_total'])
      expect(body).toContain(family)
    expect(body).toMatch(/controller_runtime_reconcile_total\{[^}]*result="success"[^}]*\} [1-9]/)
  })
})

test('a kind that the server does not serve yet is waited for, said once, and then worked on', async () => {
  const namespace = await bench.namespace()
  const Late = defineKind({ group: 'late.example.dev', version: 'v1', kind: 'Late', plural: 'lates', spec: z.object({}) })
  const seen: string[] = []
  const running = runManager(bench.cluster.connection, [
    controller(Late, { reconcile: ({ object }) => void seen.push(object.metadata.name!) }),
  ])
  await eventually(() => expect(running.lines.filter(({ text }) => text.includes('Late'))).not.toEqual([]))
  await installKind(bench.client, Late)
  await (await bench.client.resource(Late)).create(Late.of({ metadata: { namespace, name: 'a' }, spec: {} }))
  await eventually(() => expect(seen).toContain('a'), { timeout: 30_000 })
})
