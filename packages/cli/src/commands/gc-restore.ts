import { type Client, connect } from '@kubewright/client'
import { ConfigurationError, messageOf, parseDuration, parseTime } from '@kubewright/core'
import {
  type BackupQuery,
  backupsOf,
  catalogueJson,
  catalogueOf,
  catalogueText,
  isNamed,
  latestOfEach,
  outcomesJson,
  outcomesText,
  type RestoreOptions,
  restore,
} from '@kubewright/operator-gc/tools'
import type { OutputFormat, Terminal } from '../terminal.ts'
import { UsageError } from '../usage-error.ts'
import type { ClusterFlags } from './gc.ts'

export interface RestoreFlags extends ClusterFlags {
  readonly namespace?: string
  readonly allNamespaces?: boolean
  readonly backupNamespace?: string
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
    const place = backupNamespace ?? query.namespace
    const { backups, notes } = await catalogueOf(client, place, terminal.signal)
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
    const outcomes = await restore(client, latestOfEach(found, names), options, terminal.signal)
    terminal.stdout.write(flags.output === 'json' ? outcomesJson(outcomes, notes) : outcomesText(outcomes, notes, { diff: options.dryRun }))
    const failed = outcomes.filter(({ is }) => is === 'failed').length
    if (failed > 0) throw new ConfigurationError(`${failed} of ${outcomes.length} ${options.dryRun ? 'would not be' : 'were not'} restored`)
  } finally {
    await client.close()
  }
}

function checkUsage(names: readonly string[], flags: RestoreFlags): void {
  if (flags.allNamespaces === true && flags.namespace !== undefined)
    throw new UsageError('--namespace and --all-namespaces exclude each other')
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
