// Replicas as processes: killed, stopped, blocked. Whatever happens to one, no two of them write at the same time, and the others take over in time.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ConfigMap, Lease } from '@kubewright/client'
import { compareResourceVersions } from '@kubewright/core'
import { eventually } from '@kubewright/testing'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { useCluster } from './harness.ts'
import type { ReplicaEvent, ReplicaSettings } from './replica-program.ts'

const bench = useCluster()

/** The usual 15, 10 and 2 s, made a fifth. */
const TIMES = { leaseDuration: 3_000, renewDeadline: 2_000, retryPeriod: 400 }
/** client-go's factor, by which a follower's wait may be longer. */
const LONGEST_WAIT = Math.round(TIMES.retryPeriod * 2.2)
/** What a process that competes with others for the processor may need beyond the protocol's own time. */
const BUSY = 10_000

let namespace: string
let folder: string
beforeEach(async () => {
  namespace = await bench.namespace()
  folder = mkdtempSync(join(tmpdir(), 'kubewright-replicas-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
})

interface Replica {
  readonly identity: string
  readonly events: readonly ReplicaEvent[]
  readonly child: ChildProcess
  at(saw: ReplicaEvent['saw']): number | undefined
  count(saw: ReplicaEvent['saw']): number
}

function replica(identity: string): Replica {
  const settings: ReplicaSettings = {
    ...{ identity, namespace, election: TIMES, until: join(folder, 'go-on') },
    kubeconfig: bench.cluster.kubeconfigPath,
  }
  const program = join(import.meta.dirname, 'replica-program.ts')
  const child = spawn(process.execPath, [program, JSON.stringify(settings)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise((resolve) => child.once('close', resolve))
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  const events: ReplicaEvent[] = []
  createInterface(child.stdout).on('line', (line) => events.push(JSON.parse(line) as ReplicaEvent))
  const of = (saw: ReplicaEvent['saw']) => events.filter((event) => event.saw === saw)
  return { identity, events, child, at: (saw) => of(saw)[0]?.at, count: (saw) => of(saw).length }
}

/** One that leads and writes, and one that stands by. */
async function pair(): Promise<readonly [Replica, Replica]> {
  const first = replica('first')
  await eventually(() => expect(first.count('wrote')).toBeGreaterThan(5), { timeout: 20_000 })
  const second = replica('second')
  // It has seen whose the lease is.
  await eventually(async () => {
    const { spec } = await (await bench.client.resource(Lease)).get({ namespace, name: 'replicas' })
    expect(spec?.holderIdentity).toBe('first')
  })
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  return [first, second]
}

/** Who wrote, in the order in which the server took the writes. */
async function writers(): Promise<readonly string[]> {
  const { items } = await (await bench.client.resource(ConfigMap)).list({ namespace })
  return items
    .filter(({ metadata }) => /^(first|second)-/.test(metadata.name ?? ''))
    .sort((a, b) => compareResourceVersions(a.metadata.resourceVersion ?? '', b.metadata.resourceVersion ?? '') ?? 0)
    .map(({ metadata }) => metadata.name?.split('-')[0] ?? '')
}

/** Writes of the first after the second had begun. */
async function writesOfTwo(): Promise<number> {
  const all = await writers()
  const takenOver = all.indexOf('second')
  expect(takenOver).toBeGreaterThan(0)
  return all.slice(takenOver).filter((writer) => writer === 'first').length
}

test('one whose event loop is blocked until the other has taken over writes nothing when it comes to', async ({ annotate }) => {
  const [first, second] = await pair()
  first.child.kill('SIGUSR2')
  await eventually(() => expect(second.count('wrote')).toBeGreaterThan(20), { timeout: 30_000 })
  writeFileSync(join(folder, 'go-on'), '')
  await eventually(() => expect(first.at('ended')).toBeDefined(), { timeout: 30_000 })
  // It was in the middle of its work when it came to.
  expect(first.at('unblocked')).toBeGreaterThan(second.at('leads') ?? Number.POSITIVE_INFINITY)
  expect(await writesOfTwo()).toBe(0)
  const blocked = (first.at('unblocked') ?? 0) - (first.at('blocked') ?? 0)
  await annotate(`blocked for ${blocked} ms with a lease of ${TIMES.leaseDuration} ms: 0 writes after the takeover`)
})

test('one that is stopped by SIGSTOP and goes on writes nothing after the other has taken over', async () => {
  const [first, second] = await pair()
  first.child.kill('SIGSTOP')
  await eventually(() => expect(second.count('wrote')).toBeGreaterThan(20), { timeout: 30_000 })
  first.child.kill('SIGCONT')
  await eventually(() => expect(first.at('ended')).toBeDefined(), { timeout: 30_000 })
  expect(await writesOfTwo()).toBe(0)
})

test('after SIGTERM the other leads within a wait of a follower', async ({ annotate }) => {
  const [first, second] = await pair()
  const told = Date.now()
  first.child.kill('SIGTERM')
  await eventually(() => expect(second.at('leads')).toBeDefined(), { timeout: 30_000 })
  const gap = (second.at('leads') ?? 0) - told
  await annotate(`SIGTERM: ${gap} ms until the next leader (a follower looks every ${TIMES.retryPeriod} to ${LONGEST_WAIT} ms)`)
  expect(gap).toBeLessThan(LONGEST_WAIT + BUSY)
  expect(await eventually(writesOfTwo)).toBe(0)
})

test('after SIGKILL the other leads when the lease has run out', async ({ annotate }) => {
  const [first, second] = await pair()
  const told = Date.now()
  first.child.kill('SIGKILL')
  await eventually(() => expect(second.at('leads')).toBeDefined(), { timeout: 30_000 })
  const gap = (second.at('leads') ?? 0) - told
  await annotate(`SIGKILL: ${gap} ms until the next leader (a lease of ${TIMES.leaseDuration} ms, a wait of up to ${LONGEST_WAIT} ms)`)
  expect(gap).toBeGreaterThan(TIMES.leaseDuration - TIMES.retryPeriod - LONGEST_WAIT)
  expect(gap).toBeLessThan(TIMES.leaseDuration + LONGEST_WAIT + BUSY)
  expect(await eventually(writesOfTwo)).toBe(0)
})
