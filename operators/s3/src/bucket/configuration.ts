import { hashOf, isSame, textOf } from '../canonical/json.ts'
import { isRemoteFailure } from '../gateway/failure.ts'
import type { Reading, Storage } from '../gateway/storage.ts'
import type { BucketSpec, BucketStatus } from '../kinds/bucket.ts'
import { may } from '../kinds/management.ts'
import { type Setting, settingsFor, type Wanted } from './settings.ts'

export type Entry = NonNullable<BucketStatus['configuration']>[number]

export interface ConfigurationContext {
  readonly storage: Storage
  readonly bucket: string
  readonly spec: BucketSpec
  /** Says whose the bucket is. */
  readonly marker: string
  readonly before: readonly Entry[]
  readonly signal: AbortSignal
  readonly drifted: (setting: string) => void
  readonly changed: (setting: string, result: 'success' | 'error') => void
}

/** Brings every setting that the spec names about, one by one: what fails in one does not hold up the others. @throws RemoteFailure of the way to the server */
export async function configure(context: ConfigurationContext): Promise<readonly Entry[]> {
  const entries: Entry[] = []
  for (const setting of settingsFor(context.spec)) {
    const before = context.before.find(({ name }) => name === setting.name)
    try {
      const entry = await bringAbout(setting, before, context)
      if (entry !== undefined) entries.push(entry)
    } catch (error) {
      if (!isRemoteFailure(error, 'Denied', 'Refused', 'Conflict', 'Unsupported', 'NotFound')) throw error
      // The mark of the owner is an extra: a server without tags is as good.
      if (setting.name === 'tagging' && context.spec.tagging === undefined) continue
      const state = error.is === 'Denied' ? 'Denied' : error.is === 'Unsupported' ? 'Unsupported' : 'Failed'
      entries.push({ name: setting.name, state, message: error.message })
    }
  }
  return entries
}

async function bringAbout(setting: Setting, before: Entry | undefined, context: ConfigurationContext): Promise<Entry | undefined> {
  const { name } = setting
  // Whether the spec says something does not hang on what is seen.
  if (setting.wanted(context.spec, { is: 'unset' }, context.marker) === undefined) return leave(setting, before, context)
  const seen = await context.storage.read(context.bucket, name, context.signal)
  if (seen.is === 'unsupported') {
    if (name === 'tagging' && context.spec.tagging === undefined) return undefined
    return { name, state: 'Unsupported', message: seen.because }
  }
  const wanted = setting.wanted(context.spec, seen, context.marker)!
  const entry = compared(setting, wanted, seen)
  if (entry.state === 'Synced') return entry
  const isAsWritten = before?.wanted === entry.wanted
  // The server makes something else of it, and writing it again would change nothing.
  if (isAsWritten && before?.state === 'Rewritten' && before.seen === entry.seen) return before
  if (isAsWritten && (before?.state === 'Synced' || before?.state === 'Rewritten')) context.drifted(name)
  else if (isAsWritten && before?.state === 'Drifted' && before.seen === entry.seen && !mayWrite(context, isAsWritten)) return before
  if (!mayWrite(context, isAsWritten)) return { ...entry, state: 'Drifted', message: difference(setting, wanted, seen) }
  await write(setting, wanted, context)
  const after = await context.storage.read(context.bucket, name, context.signal)
  const result = compared(setting, wanted, after)
  return result.state === 'Synced' ? result : { ...result, state: 'Rewritten', message: difference(setting, wanted, after) }
}

/** Drift is what others do: a change of the spec is carried out under either policy. */
const mayWrite = ({ spec }: Pick<ConfigurationContext, 'spec'>, isDrift: boolean): boolean =>
  may(spec.managementPolicies, 'Update') && !(isDrift && spec.driftPolicy === 'Report')

function compared(setting: Setting, wanted: Wanted, seen: Reading): Entry {
  const meaning = setting.meaning(seen)
  const message = setting.remark(seen)
  return {
    name: setting.name,
    state: isSame(wanted.meaning, meaning) ? 'Synced' : 'Drifted',
    wanted: hashOf(wanted.meaning),
    seen: hashOf(meaning),
    ...(message !== undefined && { message }),
  }
}

async function write({ name }: Setting, wanted: Wanted, { storage, bucket, signal, changed }: ConfigurationContext): Promise<void> {
  const operation = wanted.is === 'put' ? `update_${name}` : `delete_${name}`
  try {
    if (wanted.is === 'put') await storage.write(bucket, name, wanted.value, signal)
    else await storage.remove(bucket, name, signal)
    changed(operation, 'success')
  } catch (error) {
    // What the server does not have is told in the state, once; after the first refusal it is not even sent.
    if (!isRemoteFailure(error, 'Unsupported')) changed(operation, 'error')
    throw error
  }
}

/** The spec has stopped naming it: what was put there for it goes, and everything else stays as it is. */
async function leave(setting: Setting, before: Entry | undefined, context: ConfigurationContext): Promise<undefined> {
  if (before === undefined || !setting.leaves || before.state === 'Unsupported' || !mayWrite(context, false)) return undefined
  const seen = await context.storage.read(context.bucket, setting.name, context.signal)
  // Somebody else has changed it since: it is theirs now.
  if (seen.is === 'set' && hashOf(setting.meaning(seen)) === before.seen)
    await write(setting, { is: 'removed', meaning: setting.meaning({ is: 'unset' }) }, context)
  return undefined
}

/** A status is no place for long documents. */
const SHOWN = 200

const difference = (setting: Setting, wanted: Wanted, seen: Reading): string =>
  `wanted ${textOf(wanted.meaning).slice(0, SHOWN)}, and the server has ${textOf(setting.meaning(seen)).slice(0, SHOWN)}`
