import { type Client, connect } from '@kubewright/client'
import { ConfigurationError, messageOf, parseDuration, parseTime } from '@kubewright/core'
import { gc } from '@kubewright/operator-gc'
import {
  type BackupQuery,
  type BackupSource,
  backupsOf,
  bucketOf,
  bucketSource,
  catalogueJson,
  catalogueText,
  clusterSource,
  type GcConfig,
  isNamed,
  latestOfEach,
  outcomesJson,
  outcomesText,
  type RestoreOptions,
  restore,
  sdkBucket,
} from '@kubewright/operator-gc/tools'
import type { OutputFormat, Terminal } from '../terminal.ts'
import { UsageError } from '../usage-error.ts'
import type { ClusterFlags } from './gc.ts'
import { flagOf } from './gc-scene.ts'

export interface RestoreFlags extends ClusterFlags {
  readonly namespace?: string
  readonly allNamespaces?: boolean
  readonly backupNamespace?: string
  readonly backupS3Bucket?: string
  readonly backupS3Endpoint?: string
  readonly backupS3Region?: string
  readonly backupS3Prefix?: string
  readonly policy?: string
  readonly kind?: string
  readonly since?: string
  readonly list?: boolean
  readonly all?: boolean
  readonly dryRun?: boolean
  readonly replace?: boolean
  readonly runAgain?: boolean
  readonly namespaceTo?: string
  readonly keepFor: string
  readonly output: OutputFormat
}

/** Lists what was kept of deleted objects, or brings it back. @throws UsageError; ConfigurationError when not everything was restored */
export async function gcRestore(names: readonly string[], flags: RestoreFlags, terminal: Terminal): Promise<void> {
  checkUsage(names, flags)
  const now = Date.now()
  const since = flags.since === undefined ? undefined : momentBefore(flags.since, now)
  const keepFor = durationOf('--keep-for', flags.keepFor)
  const client = await connect({
    ...(flags.kubeconfig !== undefined && { kubeconfig: flags.kubeconfig }),
    ...(flags.context !== undefined && { context: flags.context }),
  })
  try {
    const { policy, kind, backupNamespace, namespaceTo } = flags
    const query: BackupQuery = { names, policy, kind, since, namespace: namespaceOf(flags, client) }
    const source: BackupSource = sourceFrom(flags, client)
    const place = backupNamespace ?? query.namespace
    const { backups, notes } = await source.list(place, terminal.signal)
    const found = backupsOf(backups, query)
    if (flags.list === true) {
      terminal.stdout.write(flags.output === 'json' ? catalogueJson(found, notes) : catalogueText(found, notes))
      return
    }
    const missing = names.filter((name) => !found.some((backup) => isNamed(backup, name)))
    if (missing.length > 0)
      throw new ConfigurationError(`there is no backup of ${missing.join(', ')} ${where(place)}: --list shows those that are there`)
    const options: RestoreOptions = {
      dryRun: flags.dryRun === true,
      replace: flags.replace === true,
      runAgain: flags.runAgain === true,
      namespaceTo,
      keepUntil: keepFor === 0 ? undefined : now + keepFor,
      backupNamespace,
    }
    const outcomes = await restore(client, source, latestOfEach(found, names), options, terminal.signal)
    terminal.stdout.write(flags.output === 'json' ? outcomesJson(outcomes, notes) : outcomesText(outcomes, notes, { diff: options.dryRun }))
    const failed = outcomes.filter(({ is }) => is === 'failed').length
    if (failed > 0) throw new ConfigurationError(`${failed} of ${outcomes.length} ${options.dryRun ? 'would not be' : 'were not'} restored`)
  } finally {
    await client.close()
  }
}

/** Where the operator keeps what it deletes. @throws UsageError */
function sourceFrom(flags: RestoreFlags, client: Client): BackupSource {
  const { backupS3Bucket, backupS3Endpoint, backupS3Region, backupS3Prefix } = flags
  const given = Object.entries({ backupS3Bucket, backupS3Endpoint, backupS3Region, backupS3Prefix }).filter(
    ([, value]) => value !== undefined,
  )
  if (given.length === 0) return clusterSource(client)
  const { success, data, error } = gc.config.safeParse(Object.fromEntries(given))
  if (!success) throw new UsageError(error.issues.map(({ path, message }) => `${flagOf(String(path[0]))}: ${message}`).join('; '))
  const settings = bucketOf(data as GcConfig)
  if (settings === undefined) throw new UsageError(`${flagOf(given[0]![0])} is of a bucket: name it with --backup-s3-bucket`)
  return bucketSource(sdkBucket(settings))
}

function checkUsage(names: readonly string[], flags: RestoreFlags): void {
  if (flags.allNamespaces === true && flags.namespace !== undefined)
    throw new UsageError('--namespace and --all-namespaces exclude each other')
  if (flags.backupNamespace !== undefined && flags.backupS3Bucket !== undefined)
    throw new UsageError('--backup-namespace and --backup-s3-bucket exclude each other')
  if (flags.list === true) return
  if (names.length === 0 && flags.all !== true)
    throw new UsageError('say what to restore: KIND/NAME, or --all of what --policy, --kind and --since take; --list shows what there is')
  if (names.length > 0 && flags.all === true) throw new UsageError('names and --all exclude each other')
}

/** Of the operator's own namespace all are meant, if nothing else is said: there lies what came from anywhere. */
function namespaceOf({ namespace, allNamespaces, backupNamespace }: RestoreFlags, client: Client): string | undefined {
  if (allNamespaces === true) return undefined
  return namespace ?? (backupNamespace === undefined ? client.namespace : undefined)
}

const where = (namespace: string | undefined) => (namespace === undefined ? 'in any namespace' : `in namespace ${namespace}`)

function momentBefore(text: string, now: number): number {
  return parseTime(text) ?? now - durationOf('--since', text)
}

function durationOf(flag: string, text: string): number {
  let duration: number
  try {
    duration = parseDuration(text)
  } catch (error) {
    throw new UsageError(`${flag}: ${messageOf(error)}; write 24h, or 90m`, { cause: error })
  }
  if (duration < 0) throw new UsageError(`${flag}: ${text} is negative`)
  return duration
}
