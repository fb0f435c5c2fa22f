import { setTimeout as pause } from 'node:timers/promises'
import type { Client } from 'kubewright'
import { type Launch, startProgram } from '../contest/program.ts'
import { now } from './stamp.ts'

const LONGEST_MS = 120_000
/** For a watch that is still being opened. */
const SETTLE_MS = 1_000

export interface Pace {
  readonly perSecond: number
  readonly seconds: number
}

/**
 * Milliseconds from just before an object is sent to the server until the program has it, of objects that are made one after the other.
 * @throws Error when the program has missed any
 */
export async function latencies(name: string, launch: Launch, client: Client, namespace: string, pace: Pace): Promise<readonly number[]> {
  const maps = `/api/v1/namespaces/${namespace}/configmaps`
  await client.request('POST', '/api/v1/namespaces', { body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } } })
  using program = startProgram(name, launch, LONGEST_MS)
  await program.synced()
  await pause(SETTLE_MS)
  // Names of their own: what an earlier trial has left is seen too, and its stamps are old.
  const names = Array.from({ length: pace.perSecond * pace.seconds }, (_, index) => `${namespace}-${index}`)
  await writeAtPace(client, maps, names, pace.perSecond)
  await pause(SETTLE_MS)
  const seen = new Map((await program.shown()).map((line) => line.split(' ') as [string, string]))
  const missed = names.filter((each) => !seen.has(each))
  if (missed.length > 0) throw new Error(`${name} missed ${missed.length} of ${names.length} objects, ${missed[0]} the first: no figures`)
  return names.map((each) => Number(seen.get(each)))
}

/** Does not wait for the answer to one before it sends the next: a slow server is asked at the same pace. */
async function writeAtPace(client: Client, path: string, names: readonly string[], perSecond: number): Promise<void> {
  const began = performance.now()
  const writes: Promise<unknown>[] = []
  for (const [index, name] of names.entries()) {
    const due = began + (index * 1000) / perSecond
    while (performance.now() < due) await pause(Math.max(1, due - performance.now()))
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { stamp: String(now()) } }
    writes.push(client.request('POST', path, { body }))
  }
  await Promise.all(writes)
}
