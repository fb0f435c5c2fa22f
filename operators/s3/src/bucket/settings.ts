import { cannedGrants, canonicalAcl } from '../canonical/acl.ts'
import { canonicalCompliance, complianceRemark, complianceSettings } from '../canonical/compliance.ts'
import { canonicalCors, corsRules } from '../canonical/cors.ts'
import type { Json } from '../canonical/json.ts'
import { canonicalLifecycle, lifecycleRules } from '../canonical/lifecycle.ts'
import { canonicalNotification, notificationConfiguration } from '../canonical/notification.ts'
import { canonicalReplication, replicationConfiguration } from '../canonical/replication.ts'
import {
  canonicalEncryption,
  canonicalLogging,
  canonicalObjectLock,
  canonicalOwnership,
  canonicalPublicAccess,
  canonicalVersioning,
  encryptionRules,
  loggingStatus,
  mfaDeleteRemark,
  objectLockConfiguration,
  publicAccessBlock,
} from '../canonical/settings.ts'
import { canonicalTags, mergedTags, tagSet, tagsOf, type WantedTags } from '../canonical/tags.ts'
import { canonicalWebsite, isWebsite, websiteConfiguration } from '../canonical/website.ts'
import type { Reading } from '../gateway/storage.ts'
import type { Subresource } from '../gateway/subresource.ts'
import type { BucketSpec } from '../kinds/bucket.ts'

/** What is wanted of one setting. */
export type Wanted =
  | { readonly is: 'put'; readonly value: unknown; readonly meaning: Json }
  | { readonly is: 'removed'; readonly meaning: Json }

export interface Setting {
  readonly name: Exclude<Subresource, 'policy'>
  /** Whether somebody would rely on it for safety: the bucket is not Ready without it. */
  readonly protects: boolean
  /** Whether it is taken off the bucket when the spec no longer names it and it was put there for the spec. */
  readonly leaves: boolean
  /** `undefined`: the spec says nothing about it, and it is left alone. */
  wanted(spec: BucketSpec, seen: Reading, marker: string): Wanted | undefined
  meaning(seen: Reading): Json
  /** What is worth telling of it though it is not compared. */
  remark(seen: Reading): string | undefined
}

type Name = Setting['name']
const contentOf = (reading: Reading): unknown => (reading.is === 'set' ? reading.value : undefined)

function setting(
  name: Name,
  meaning: (value: unknown) => Json,
  wanted: (spec: BucketSpec, seen: unknown, marker: string) => { readonly put: unknown } | 'remove' | undefined,
  {
    protects = false,
    leaves = false,
    mean = meaning,
    remark = () => undefined,
  }: {
    readonly protects?: boolean
    readonly leaves?: boolean
    readonly mean?: (value: unknown) => Json
    readonly remark?: (value: unknown) => string | undefined
  } = {},
): Setting {
  return {
    ...{ name, protects, leaves },
    meaning: (seen) => meaning(contentOf(seen)),
    remark: (seen) => remark(contentOf(seen)),
    wanted(spec, seen, marker) {
      const given = wanted(spec, contentOf(seen), marker)
      if (given === undefined) return undefined
      return given === 'remove' ? { is: 'removed', meaning: meaning(undefined) } : { is: 'put', value: given.put, meaning: mean(given.put) }
    },
  }
}

/** On the bucket, where the server has tags: whose it is. */
export const MARKER = 's3.kubewright.dev/owner'

/** In the order in which they are written: what closes a bucket goes before what opens it, and versions before what needs them. */
export const SETTINGS: readonly Setting[] = [
  setting('publicAccess', canonicalPublicAccess, ({ publicAccess }) => publicAccess && { put: publicAccessBlock(publicAccess) }, {
    protects: true,
  }),
  setting('ownership', canonicalOwnership, ({ ownership }) => ownership && { put: { Rules: [{ ObjectOwnership: ownership }] } }),
  setting('acl', canonicalAcl, ({ acl }) => acl && { put: acl }, { mean: cannedGrants }),
  setting(
    'versioning',
    canonicalVersioning,
    ({ versioning }, seen) => {
      if (versioning === undefined) return undefined
      if (versioning.enabled) return { put: { Status: 'Enabled' } }
      // Never enabled is as good as suspended, and suspending it could not be taken back.
      return canonicalVersioning(seen) === 'Off' ? { put: {} } : { put: { Status: 'Suspended' } }
    },
    { remark: mfaDeleteRemark },
  ),
  setting('objectLock', canonicalObjectLock, ({ objectLock }) => objectLock && { put: objectLockConfiguration(objectLock) }, {
    protects: true,
  }),
  setting('compliance', canonicalCompliance, ({ compliance }, seen) => compliance && { put: complianceSettings(compliance, seen) }, {
    protects: true,
    remark: complianceRemark,
  }),
  setting(
    'encryption',
    canonicalEncryption,
    ({ encryption }, seen) => {
      if (encryption === undefined) return undefined
      if (encryption.enabled) return { put: encryptionRules(encryption) }
      // What servers do without being told cannot be switched off.
      return canonicalEncryption(seen) === 'AES256' ? { put: seen } : 'remove'
    },
    { protects: true, leaves: true },
  ),
  setting(
    'lifecycle',
    canonicalLifecycle,
    ({ lifecycle }) => lifecycle && (lifecycle.rules.length === 0 ? 'remove' : { put: lifecycleRules(lifecycle) }),
    {
      leaves: true,
    },
  ),
  setting('cors', canonicalCors, ({ cors }) => cors && (cors.rules.length === 0 ? 'remove' : { put: corsRules(cors) }), { leaves: true }),
  setting(
    'tagging',
    (set) => canonicalTags(tagsOf(set)),
    ({ tagging }, seen, marker) => {
      const wanted: WantedTags = { tags: { ...tagging?.tags, [MARKER]: marker }, mode: tagging?.mode ?? 'Merge' }
      return { put: tagSet(mergedTags(wanted, tagsOf(seen))) }
    },
  ),
  setting('logging', canonicalLogging, ({ logging }) => logging && { put: loggingStatus(logging) }),
  setting(
    'website',
    canonicalWebsite,
    ({ website }) => website && (isWebsite(website) ? { put: websiteConfiguration(website) } : 'remove'),
    { leaves: true },
  ),
  setting('notification', canonicalNotification, ({ notification }) => notification && { put: notificationConfiguration(notification) }),
  setting(
    'replication',
    canonicalReplication,
    ({ replication }) => replication && (replication.rules.length === 0 ? 'remove' : { put: replicationConfiguration(replication) }),
    { leaves: true },
  ),
]

/** In which order the settings of a spec are written: versions cannot be suspended while a replication needs them, so that one which is to end ends first. */
export function settingsFor({ replication }: BucketSpec): readonly Setting[] {
  if (replication !== undefined && replication.rules.length > 0) return SETTINGS
  const isEnding = ({ name }: Setting) => name === 'replication'
  return [...SETTINGS.filter(isEnding), ...SETTINGS.filter((each) => !isEnding(each))]
}
