import type { Manager } from 'kubewright'
import { type AuditSink, auditLog } from '../audit/audit.ts'
import { AuditFile } from '../audit/audit-file.ts'
import { AuthorRights } from '../author/author-rights.ts'
import { clusterShelf } from '../backup/shelf.ts'
import { cacheStores } from '../backup/stores.ts'
import { sweepBackups } from '../backup/sweeper.ts'
import type { BackupBucket } from '../bucket/bucket.ts'
import { bucketShelf } from '../bucket/shelf.ts'
import type { GcConfig } from '../config.ts'
import type { Outlook } from '../dashboard/outlook.ts'
import { cacheFacts } from '../facts/cache-facts.ts'
import type { Meter } from '../metrics/meter.ts'
import { defaultsOf } from '../policy/defaults.ts'
import { Collector } from './collector.ts'
import { InstalledSchemas } from './installed-schemas.ts'
import { policiesKnown, watchPolicies } from './policy-watch.ts'
import { sharedSource } from './shared-source.ts'
import { cacheSource } from './target-source.ts'
import { TrustedClock } from './trusted-clock.ts'

export interface Operation {
  readonly settings: GcConfig
  readonly meter: Meter
  readonly outlook: Outlook
  /** For policies that keep there what they delete. */
  readonly bucket: BackupBucket | undefined
}

/** Collects until the signal aborts. `manager` is the one that the leader is given: its client sends no deletion that might meet another leader's. */
export async function operate(signal: AbortSignal, manager: Manager, { settings, meter, outlook, bucket }: Operation): Promise<void> {
  const { client, cache, reachability } = manager
  const recorder = manager.recorder('gc')
  const log = manager.log.with({ operator: 'gc' })
  const clock = new TrustedClock({ client, clock: manager.clock, log, measured: meter.skew })
  const file = settings.auditLog === undefined ? undefined : new AuditFile(settings.auditLog, log)
  const lines = auditLog(log)
  const audit: AuditSink = (record) => {
    lines(record)
    file?.sink(record)
  }
  const rights = new AuthorRights({ client, clock, signal })
  const facts = cacheFacts({ cache, reachability, now: () => clock.now(), rights })
  const schemas: InstalledSchemas = new InstalledSchemas({ client, facts, reachability, log, changed: () => collector.schemasChanged() })
  const collector: Collector = new Collector(
    {
      client,
      source: sharedSource(cacheSource(cache, client)),
      facts,
      clock,
      log,
      meter,
      announce: (policy, note) => recorder.event(policy, { ...note, action: 'Collect' }),
      audit,
      notify: (object, note) => recorder.event(object, { type: 'Warning', reason: 'DeletionAnnounced', action: 'Announce', note }),
      timeInDoubt: () => clock.doubt,
      random: Math.random,
      mayAct: () => manager.isLeader(),
      reachability,
      bucket,
      policiesKnown: () => policiesKnown(manager),
      schemaProblem: (kind) => schemas.problemOf(kind),
      abandon: manager.abandon,
    },
    { ...defaultsOf(settings), concurrency: settings.concurrency, maxTotalDeletionsPerSecond: settings.maxTotalDeletionsPerSecond },
  )
  meter.leading(true)
  const withdraw = outlook.offer(() => collector.fallingDue())
  const recording = new AbortController()
  try {
    // The last records are those of deletions that were under way when it was told to stop.
    await together(
      [
        (ended) => schemas.run(ended),
        (ended) =>
          collect(manager, collector, schemas.known, ended).finally(() => recording.abort(new Error('nothing is collected any more'))),
        (ended) => clock.run(ended),
        (ended) =>
          sweepBackups(
            {
              client,
              shelves: [clusterShelf(client, cacheStores(cache)), ...(bucket === undefined ? [] : [bucketShelf(bucket)])],
              clock,
              log,
              mayAct: () => manager.isLeader() && clock.doubt === undefined,
            },
            ended,
          ),
        ...(file === undefined ? [] : [() => file.run(recording.signal)]),
      ],
      signal,
    )
  } finally {
    withdraw()
    meter.leading(false)
  }
}

/** Nothing is deleted before every policy is known: one that comes late might be the one that keeps. */
function collect(manager: Manager, collector: Collector, schemas: Promise<void>, signal: AbortSignal): Promise<void> {
  const known = Promise.withResolvers<void>()
  return together(
    [
      (ended) => watchPolicies(manager, collector, known.resolve, ended),
      (ended) => Promise.all([known.promise, schemas]).then(() => collector.run(ended)),
    ],
    signal,
  )
}

/** All of them, until the signal aborts or one of them ends, which ends the others. @throws what the first of them that failed threw */
async function together(parts: readonly ((ended: AbortSignal) => Promise<void>)[], signal: AbortSignal): Promise<void> {
  const stop = new AbortController()
  const ended = AbortSignal.any([signal, stop.signal])
  const outcomes = await Promise.allSettled(parts.map((part) => part(ended).finally(() => stop.abort(signal.reason))))
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
}
