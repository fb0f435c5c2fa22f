import {
  type Client,
  isNotFound,
  type KubeObject,
  kindOf,
  messageOf,
  type OwnerReference,
  parseApiVersion,
  type Resource,
} from 'kubewright'
import type { Backup } from './backup.ts'
import { type Change, changesBetween } from './comparison.ts'
import { ownersFirst, ownersNow } from './owners.ts'
import { endOf, revive } from './revival.ts'
import type { BackupSource } from './source.ts'

export interface RestoreOptions {
  /** Nothing is written; the server is asked whether it would take it. */
  readonly dryRun: boolean
  /** Make an object that is there as it was. */
  readonly replace: boolean
  /** Restore Pods and Jobs that had ended, too. */
  readonly runAgain: boolean
  /** @default the namespace that each was in */
  readonly namespaceTo?: string | undefined
  /** Wall clock, ms: no policy deletes it before. `undefined`: the policy may do so at once. */
  readonly keepUntil?: number | undefined
  /** The operator's own (`--gc-backup-namespace`): backups there are of anything. */
  readonly backupNamespace?: string | undefined
}

export type Outcome = {
  readonly backup: Backup
  readonly namespace: string | undefined
  readonly notes: readonly string[]
} & (
  | { readonly is: 'restored' | 'replaced' | 'restorable' | 'replaceable'; readonly changes: readonly Change[] }
  | { readonly is: 'failed'; readonly why: string }
)

interface Candidate {
  readonly backup: Backup
  readonly namespace: string | undefined
  readonly resource: Resource<KubeObject>
  /** As it was. */
  readonly object: KubeObject
  readonly live: KubeObject | undefined
}

const MANAGER = 'kubewright-gc-restore'

/**
 * Brings back what backups hold, owners before what they own. Everything is first tried without being written: what the server would refuse is known before the
 * first object is made. Each backup has an outcome of its own; none is thrown but the signal's reason.
 */
export async function restore<B extends Backup>(
  client: Client,
  source: BackupSource<B>,
  backups: readonly B[],
  options: RestoreOptions,
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  const candidates: Candidate[] = []
  const failed: Outcome[] = []
  for (const backup of backups) {
    signal.throwIfAborted()
    try {
      candidates.push(await candidateOf(client, source, backup, options, signal))
    } catch (error) {
      signal.throwIfAborted()
      failed.push({ is: 'failed', backup, namespace: backup.record.namespace, notes: [], why: messageOf(error) })
    }
  }
  const tried = await writeAll(client, ownersFirst(candidates), failed, { ...options, dryRun: true }, signal)
  if (options.dryRun) return tried
  const fine = new Set(tried.filter(({ is }) => is !== 'failed').map(({ backup }) => backup))
  const refused = tried.filter(({ is }) => is === 'failed')
  const willing = ownersFirst(candidates.filter(({ backup }) => fine.has(backup)))
  return writeAll(client, willing, refused, options, signal)
}

/** @throws Error saying why it is not restored; ApiError, ConnectionError, KindNotFoundError */
async function candidateOf<B extends Backup>(
  client: Client,
  source: BackupSource<B>,
  backup: B,
  { namespaceTo, replace, runAgain, backupNamespace }: RestoreOptions,
  signal: AbortSignal,
): Promise<Candidate> {
  const { record } = backup
  if (backup.store !== 'S3' && backup.namespace !== record.namespace && backup.namespace !== backupNamespace)
    throw new Error(
      `it was of ${record.namespace === undefined ? 'no namespace' : `namespace "${record.namespace}"`}, and whoever may write in namespace "${backup.namespace}" can have made this backup: if the operator did (--gc-backup-namespace), say --backup-namespace ${backup.namespace}`,
    )
  const object = await source.contents(backup, signal)
  const end = endOf(object)
  if (end !== undefined && !runAgain) throw new Error(`it had ended (${end}), and would run again: with --run-again it does`)
  const resource = await client.resource<KubeObject>(kindOf(object), { signal })
  if (!resource.type.namespaced && namespaceTo !== undefined) throw new Error('it is of no namespace: leave out --namespace-to')
  const namespace = resource.type.namespaced ? (namespaceTo ?? record.namespace) : undefined
  const live = await find(resource, record.name, namespace, signal)
  if (live !== undefined && !replace) throw new Error('it is there: with --replace it becomes as it was')
  if (live?.metadata.deletionTimestamp !== undefined) throw new Error('one of this name is being deleted: try again when it is gone')
  return { backup, namespace, resource, object, live }
}

async function writeAll(
  client: Client,
  candidates: readonly Candidate[],
  before: readonly Outcome[],
  options: RestoreOptions,
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [...before]
  const lost = new Set(before.map(({ backup }) => backup.record.uid))
  const uids = new Map<string, string>()
  for (const candidate of candidates) {
    signal.throwIfAborted()
    const outcome = await write(client, candidate, { uids, lost }, options, signal)
    outcomes.push(outcome)
    if (outcome.is === 'failed') lost.add(candidate.backup.record.uid)
  }
  return outcomes
}

/** What became of those before: the new uids by the old, and the old uids of those that are not there. */
interface Progress {
  readonly uids: Map<string, string>
  readonly lost: ReadonlySet<string>
}

async function write(
  client: Client,
  candidate: Candidate,
  { uids, lost }: Progress,
  { namespaceTo, keepUntil, dryRun }: RestoreOptions,
  signal: AbortSignal,
): Promise<Outcome> {
  const { backup, namespace, resource, object, live } = candidate
  const { finalizer } = backup.record
  const revival = revive(object, { namespaceTo, keepUntil, finalizer, live })
  const common = { backup, namespace, notes: revival.notes }
  const { ownerReferences = [] } = object.metadata
  const missing = ownerReferences.find(({ uid }) => lost.has(uid))
  if (missing !== undefined) return { ...common, is: 'failed', why: `its owner ${missing.kind} "${missing.name}" was not restored` }
  try {
    const owners = await ownersNow(ownerReferences, uids, (reference) => uidOf(client, reference, namespace, signal))
    const { ownerReferences: _, ...metadata } = revival.object.metadata
    const wanted = {
      ...revival.object,
      metadata: { ...metadata, ...(owners.references.length > 0 && { ownerReferences: owners.references }) },
    }
    const write = { dryRun, fieldManager: MANAGER, signal }
    const answer = live === undefined ? await resource.create(wanted, write) : await resource.update(wanted, write)
    uids.set(backup.record.uid, answer.metadata.uid ?? '')
    const is = live === undefined ? (dryRun ? 'restorable' : 'restored') : dryRun ? 'replaceable' : 'replaced'
    return { ...common, is, notes: [...revival.notes, ...owners.notes], changes: changesBetween(live ?? object, { ...wanted, ...answer }) }
  } catch (error) {
    signal.throwIfAborted()
    return { ...common, is: 'failed', why: whyOf(error, namespace) }
  }
}

/** A create answers 404 when the namespace is not there. */
function whyOf(error: unknown, namespace: string | undefined): string {
  const message = messageOf(error)
  return isNotFound(error) && namespace !== undefined && /namespaces? "/.test(message)
    ? `${message}: create it, or name another with --namespace-to`
    : message
}

/** @throws ApiError, ConnectionError, KindNotFoundError: who cannot see an owner does not know that it is gone */
async function uidOf(
  client: Client,
  { apiVersion, kind, name }: OwnerReference,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  const resource = await client.resource<KubeObject>({ ...parseApiVersion(apiVersion), kind }, { signal })
  return (await find(resource.metadataOnly(), name, resource.type.namespaced ? namespace : undefined, signal))?.metadata.uid
}

async function find(
  resource: Resource<KubeObject>,
  name: string,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<KubeObject | undefined> {
  try {
    return await resource.get({ name, namespace }, { signal })
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}
