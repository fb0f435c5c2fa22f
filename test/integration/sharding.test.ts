// Three replicas share three thousand objects that change all the while; one is killed, one is added, one is stopped politely.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type ConfigMap, kubeconfigFor } from '@kubewright/client'
import { compareResourceVersions } from '@kubewright/core'
import { eventually, faultProxy } from '@kubewright/testing'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { configMap, useCluster } from './harness.ts'

const folder = mkdtempSync(join(tmpdir(), 'kubewright-sharding-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const auditLog = join(folder, 'audit.log')
const policy = join(folder, 'policy.yaml')
writeFileSync(
  policy,
  `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - level: RequestResponse
    verbs: [patch]
    resources: [{ group: '', resources: [configmaps] }]
  - level: None
`,
)
const bench = useCluster({ apiServerFlags: [`--audit-policy-file=${policy}`, `--audit-log-path=${auditLog}`] })

const OBJECTS = 3_000
/** Short enough for a test, long enough for a machine that is busy with other things. */
const LEASE = 10_000
/** Between two changes, in ms: quicker than anything here, and most of two cores is left to those who handle them. */
const PACE = 5

interface Replica {
  readonly child: ChildProcess
  readonly lines: string[]
  says(text: string): Promise<void>
}

function startReplica(kubeconfig: string, identity: string, namespace: string): Replica {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'shard-replica.ts'), kubeconfig, identity, namespace], {
    stdio: ['ignore', 'inherit', 'pipe'],
  })
  const lines: string[] = []
  createInterface(child.stderr!).on('line', (line) => lines.push(line))
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  })
  const says = (text: string) => eventually(() => expect(lines.some((line) => line.includes(text))).toBe(true), { timeout: 60_000 })
  return { child, lines, says }
}

/** Who wrote which object, in the order in which the requests reached the server. */
type Writes = readonly { readonly object: string; readonly by: string }[]

/** An object whose writers alternate had two owners at one time. */
function alternations(writes: Writes): readonly string[] {
  const writers = new Map<string, string[]>()
  for (const { object, by } of writes) {
    const known = writers.get(object)
    if (known === undefined) writers.set(object, [by])
    else if (known.at(-1) !== by) known.push(by)
  }
  return [...writers].filter(([, by]) => new Set(by).size < by.length).map(([object, by]) => `${object}: ${by.join(', ')}`)
}

const writeOf = (url: URL) => ({ object: url.pathname.split('/').at(-1)!, by: url.searchParams.get('fieldManager') ?? '' })

interface AuditEvent {
  readonly requestURI: string
  readonly requestReceivedTimestamp: string
  readonly stageTimestamp: string
  readonly responseObject?: ConfigMap
}

const audited = (): readonly AuditEvent[] =>
  readFileSync(auditLog, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as AuditEvent)

const writesIn = (events: readonly AuditEvent[]): Writes =>
  events
    .filter(({ requestURI }) => requestURI.includes('fieldManager=replica-'))
    .toSorted((a, b) => (a.requestReceivedTimestamp < b.requestReceivedTimestamp ? -1 : 1))
    .map(({ requestURI }) => writeOf(new URL(requestURI, 'https://server')))

/** How long an object was not as it should be, at most, by what the server has stored, in ms. */
function longestUnhandled(events: readonly AuditEvent[], from: number): number {
  const stored = events
    .flatMap(({ responseObject, stageTimestamp }) =>
      responseObject?.metadata.resourceVersion === undefined ? [] : [{ object: responseObject, at: Date.parse(stageTimestamp) }],
    )
    .toSorted((a, b) => compareResourceVersions(a.object.metadata.resourceVersion!, b.object.metadata.resourceVersion!))
  const waiting = new Map<string, number>()
  let longest = 0
  for (const { object, at } of stored) {
    const { metadata, data = {} } = object
    const name = metadata.name ?? ''
    const since = waiting.get(name)
    if (data['want'] !== data['done']) waiting.set(name, since ?? at)
    else if (since !== undefined) {
      waiting.delete(name)
      if (since >= from) longest = Math.max(longest, at - since)
    }
  }
  return longest
}

test('every object has one owner at any time, and none waits for longer than the lease, whoever comes and goes', {
  timeout: 240_000,
}, async () => {
  const namespace = await bench.namespace()
  const maps = await bench.configMaps()
  const proxy = await faultProxy(bench.cluster.connection)
  onTestFinished(() => proxy.stop())
  const kubeconfig = join(folder, 'kubeconfig')
  writeFileSync(kubeconfig, kubeconfigFor(proxy.connection), { mode: 0o600 })
  const names = Array.from({ length: OBJECTS }, (_, i) => `object-${i}`)
  const labels = { shared: 'true' }
  for (let at = 0; at < OBJECTS; at += 50) {
    await Promise.all(names.slice(at, at + 50).map((name) => maps.create(configMap(namespace, name, { labels, data: { want: '0' } }))))
  }

  // What was asked for and is not done yet, with since when; and the longest that anything was.
  const waiting = new Map<string, number>()
  let longest = 0
  let handled = 0
  const watching = new AbortController()
  const seen = (async () => {
    for await (const event of maps.watch({ namespace, labelSelector: 'shared=true', signal: watching.signal, timeoutSeconds: 600 })) {
      if (event.type !== 'ADDED' && event.type !== 'MODIFIED') continue
      const { metadata, data = {} } = event.object as ConfigMap
      const name = metadata.name ?? ''
      const since = waiting.get(name)
      if (data['want'] !== data['done']) waiting.set(name, since ?? performance.now())
      else if (waiting.delete(name)) {
        handled++
        longest = Math.max(longest, performance.now() - (since ?? 0))
      }
    }
  })().catch((error: unknown) => {
    if (!watching.signal.aborted) throw error
  })
  const allHandled = () => eventually(() => expect(waiting.size).toBe(0), { timeout: 60_000 })

  const start = (identity: string) => startReplica(kubeconfig, identity, namespace)
  const [first, second, third] = [start('replica-1'), start('replica-2'), start('replica-3')]
  for (const replica of [first, second, third]) await replica.says('takes over objects')
  await eventually(() => expect(handled).toBe(OBJECTS), { timeout: 90_000 })
  longest = 0
  const begunAt = Date.now()

  const settle = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
  // Changes all the while.
  let [changes, isOver] = [0, false]
  const churn = (async () => {
    while (!isOver) {
      changes++
      const name = names[(changes * 7919) % OBJECTS]!
      await maps.patch({ namespace, name }, { type: 'merge', body: { data: { want: String(changes) } } })
      await settle(PACE)
    }
  })()

  await settle(1_000)
  third.child.kill('SIGKILL')
  const killedAt = Date.now()
  await settle(LEASE + 2_000)
  const fourth = start('replica-4')
  await fourth.says('takes over objects')
  await settle(2_000)
  first.child.kill('SIGTERM')
  const [code] = (await once(first.child, 'exit')) as [number]
  await settle(3_000)
  isOver = true
  await churn
  await allHandled()
  watching.abort()
  await seen

  // When they took over. All that had changed meanwhile was worked off then, in what was left of the lease.
  const takeovers = [first, second].map(({ lines }) => {
    const times = lines.flatMap((line) => {
      const { message, time } = JSON.parse(line) as { readonly message: string; readonly time: string }
      return message === 'takes over objects' ? [Date.parse(time) - killedAt] : []
    })
    return times.find((after) => after > 0) ?? Number.POSITIVE_INFINITY
  })

  const proxied = proxy.requests.filter(({ method, query }) => method === 'PATCH' && query.has('fieldManager'))
  const requests = proxied.map(({ path, query }) => ({ object: path.split('/').at(-1)!, by: query.get('fieldManager')! }))
  const events = audited()
  const logs = [requests, writesIn(events)]
  const unhandled = longestUnhandled(events, begunAt)
  const by = Object.groupBy(requests, (request) => request.by)
  const counts = Object.entries(by).map(([identity, writes]) => `${identity} ${writes?.length}`)
  console.info(
    `sharding: ${OBJECTS} objects, ${changes} changes, writes by ${counts.join(', ')} (${logs[1]!.length} in the audit log); ` +
      `taken over ${(Math.max(...takeovers) / 1000).toFixed(1)} s after the kill, longest unhandled ${(longest / 1000).toFixed(1)} s (${(unhandled / 1000).toFixed(1)} s by the audit log), of a ${LEASE / 1000} s lease`,
  )
  for (const log of logs) expect(alternations(log)).toEqual([])
  expect(code).toBe(0)
  expect([...new Set(requests.map((request) => request.by))].sort()).toEqual(['replica-1', 'replica-2', 'replica-3', 'replica-4'])
  for (const replica of [first, second, fourth]) expect(replica.lines.filter((line) => line.includes('out of the ring'))).toEqual([])
  expect(events.filter(({ responseObject }) => responseObject?.data?.['want'] !== undefined).length).toBeGreaterThanOrEqual(changes)
  expect(Math.max(...takeovers)).toBeLessThan(LEASE)
  expect(unhandled).toBeLessThan(LEASE)
  expect(longest).toBeLessThan(LEASE)
})
