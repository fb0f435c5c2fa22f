// What lives outside the cluster: created once whatever happens in between, changed with its object, and gone before its object is.
import { conditions, controller, defineKind, isTerminal, messageOf, run, z } from 'kubewright'
import { cloudAt } from './cloud-client.ts'

const cloud = cloudAt(process.env.CLOUD_URL ?? 'http://127.0.0.1:8090')

export const Database = defineKind({
  group: 'example.dev',
  version: 'v1',
  kind: 'Database',
  spec: z.object({ size: z.int().min(1) }),
  status: z.object({ id: z.string().optional(), conditions: conditions().optional() }),
})

export const databases = controller(Database, {
  // A cloud that is down is asked again after 10 ms, 20 ms, …, a minute; and whoever changes a database behind our back, every ten minutes.
  retry: { base: '10ms', cap: '1m' },
  resync: '10m',
  async reconcile({ object, status, condition, recorder, signal }) {
    const { uid } = object.metadata
    const { size } = object.spec
    try {
      // By a tag that is known before the database is, and not by status.id: a crash may come before the id is written down.
      const found = await cloud.find(uid, signal)
      const database = found ?? (await cloud.order(uid, size, signal))
      if (found === undefined) recorder.event(object, { reason: 'Ordered', note: `database ${database.id} of size ${size}` })
      if (database.size !== size) await cloud.resize(database, size, signal)
      const isRunning = database.state === 'running'
      status.id = database.id
      condition('Ready', isRunning, isRunning ? 'Running' : 'Creating')
      // The cloud does not call us, so we look again.
      return isRunning ? undefined : { requeueAfter: '200ms' }
    } catch (error) {
      condition('Ready', false, isTerminal(error) ? 'Refused' : 'CloudUnavailable', messageOf(error))
      throw error
    }
  },
  // A finalizer keeps the object until this has succeeded.
  async cleanup({ object, signal }) {
    const database = await cloud.find(object.metadata.uid, signal)
    if (database !== undefined) await cloud.cancel(database, signal)
  },
})

if (import.meta.main) await run(databases)
