import { settle } from '@kubewright/testing/virtual-clock'
import fc from 'fast-check'
import { ApiError, ConnectionError, type KubeObject } from 'kubewright'
import { expect, test } from 'vitest'
import { CollectorBench } from '../fake/collector-bench.ts'
import { unpack } from './archive.ts'
import { BACKUP_KEY, storedPart } from './record.ts'

const FAULTS: readonly (() => Error)[] = [
  () => new ApiError({ status: 'Failure', code: 403, reason: 'Forbidden', message: 'exceeded quota' }),
  () => new ApiError({ status: 'Failure', code: 403, reason: 'Forbidden', message: 'User "gc" cannot create resource "secrets"' }),
  () => new ApiError({ status: 'Failure', code: 404, reason: 'NotFound', message: 'namespaces "team" not found' }),
  () => new ApiError({ status: 'Failure', code: 429, reason: 'TooManyRequests', message: 'slow down' }),
  () => new ApiError({ status: 'Failure', code: 500, reason: 'InternalError', message: 'etcd' }),
  () => new ConnectionError('reset', { code: 'ECONNRESET' } as never),
]

/** In each second: the fault that the next write of a backup meets, and the object that somebody changes. */
const seconds = fc.array(
  fc.record({ fault: fc.option(fc.integer({ min: 0, max: FAULTS.length - 1 })), changed: fc.option(fc.nat(4)), lost: fc.boolean() }),
  { minLength: 5, maxLength: 25 },
)

/** What is kept of exactly this version. */
function backupOf(bench: CollectorBench, { metadata }: KubeObject): KubeObject | undefined {
  for (const name of bench.cluster.names('Secret')) {
    const secret = bench.cluster.get('Secret', name) as KubeObject & { readonly data: Readonly<Record<string, string>> }
    const record = storedPart('Secret', secret)?.record
    if (record?.uid !== metadata.uid || record?.resourceVersion !== metadata.resourceVersion) continue
    return unpack({ parts: [Buffer.from(secret.data[BACKUP_KEY]!, 'base64')], sha256: record!.sha256 })
  }
  return undefined
}

test('whatever fails, and whoever changes objects in between: what was deleted was kept before, in the version that was deleted', async () => {
  await fc.assert(
    fc.asyncProperty(seconds, async (script) => {
      const bench = new CollectorBench()
      bench.begin()
      let fault: (() => Error) | undefined
      bench.cluster.beforeCreate = () => {
        const error = fault?.()
        fault = undefined
        return error
      }
      const unkept: string[] = []
      let deleted = 0
      bench.cluster.beforeDelete = (name) => {
        const object = bench.cluster.get('ConfigMap', name)
        const { preconditions } = bench.cluster.deletes().at(-1)!.options!
        // The server refuses the others by itself.
        if (object === undefined || preconditions?.resourceVersion !== object.metadata.resourceVersion) return undefined
        deleted++
        const kept = backupOf(bench, object) as (KubeObject & { readonly data?: unknown }) | undefined
        if (JSON.stringify(kept?.data) !== JSON.stringify((object as KubeObject & { readonly data?: unknown }).data)) unkept.push(name)
        return undefined
      }
      for (let n = 0; n < 5; n++) bench.configMap(`o${n}`, {}, { data: { version: '0' } })
      await bench.apply({ ttl: { secondsAfterCreation: 2 }, backup: {}, behavior: { maxDeletionsPerSecond: 1, batchSize: 1 } })
      for (const [second, { fault: which, changed, lost }] of script.entries()) {
        fault = which === null ? undefined : FAULTS[which]
        bench.cluster.telling = !lost
        if (changed !== null && bench.cluster.get('ConfigMap', `o${changed}`) !== undefined)
          bench.configMap(`o${changed}`, {}, { data: { version: String(second + 1) } })
        await bench.clock.advance(1_000)
      }
      await bench.end()
      await settle()
      expect(unkept).toEqual([])
      expect(deleted + bench.left().length).toBeGreaterThanOrEqual(5)
    }),
    { numRuns: 60 },
  )
}, 60_000)
