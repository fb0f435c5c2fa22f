import type { ManifestReader } from 'kubewright'
import type { Conversion } from './conversion.ts'
import type { References } from './references.ts'
import { rotationOf } from './rotation.ts'

export function bucketSpec(conversion: Conversion, references: References): object {
  const { spec } = conversion
  const tagging = spec.child('tagging')
  return {
    providerRef: references.read(conversion, 'providerRef', 'Provider'),
    name: spec.get('name'),
    region: spec.get('region'),
    autoManage: spec.has('autoManage') ? autoManageOf(conversion, spec.child('autoManage')) : undefined,
    versioning: spec.has('versioning') ? versioningOf(conversion, spec.child('versioning')) : undefined,
    encryption: spec.has('encryption') ? encryptionOf(conversion, spec.child('encryption')) : undefined,
    publicAccess: spec.has('publicAccess') ? publicAccessOf(conversion, spec.child('publicAccess')) : undefined,
    lifecycle: spec.has('lifecycle')
      ? {
          rules: spec
            .child('lifecycle')
            .children('rules')
            .flatMap((rule) => ruleOf(conversion, rule)),
        }
      : undefined,
    cors: spec.has('cors') ? { rules: spec.child('cors').children('rules').map(corsRuleOf) } : undefined,
    tagging: spec.has('tagging') ? { tags: tagging.get('tags') ?? {} } : undefined,
    // It is there, and nothing on it says that it is ours.
    adoptionPolicy: 'Always',
    deletionPolicy: spec.get('deletionPolicy'),
    forceDelete: spec.get('forceDelete'),
  }
}

function autoManageOf(conversion: Conversion, fields: ManifestReader): object {
  return {
    enabled: fields.get('enabled'),
    userName: fields.text('userName'),
    accessLevel: fields.get('accessLevel'),
    // Without it keys did not rotate there either.
    rotation: fields.has('rotation') ? rotationOf(conversion, fields.child('rotation')) : undefined,
  }
}

function versioningOf(conversion: Conversion, fields: ManifestReader): object {
  if (fields.get('mfaDelete') === true)
    conversion.warn(
      'spec.versioning.mfaDelete is left out: it takes the token of the root user, and no operator can set it; the status tells where it is on',
    )
  return { enabled: fields.get('enabled') }
}

function encryptionOf(conversion: Conversion, fields: ManifestReader): object | undefined {
  const [enabled, algorithm, kmsKeyId] = [fields.get('enabled'), fields.text('algorithm') ?? 'AES256', fields.text('kmsKeyId')]
  if (enabled !== true) {
    conversion.warn(
      'spec.encryption.enabled: false is left out: there it left the encryption of the bucket as it was, and here it would remove it',
    )
    return undefined
  }
  const isKms = algorithm.startsWith('aws:kms')
  if (kmsKeyId !== undefined && !isKms)
    conversion.warn(`spec.encryption.kmsKeyId is left out: it says nothing with the algorithm ${algorithm}`)
  return { enabled, algorithm, kmsKeyId: isKms ? kmsKeyId : undefined }
}

function publicAccessOf(conversion: Conversion, fields: ManifestReader): object {
  conversion.warn('spec.publicAccess had no effect there, and has one here: what it blocks is closed to the public')
  return {
    blockPublicAcls: fields.get('blockPublicAcls'),
    blockPublicPolicy: fields.get('blockPublicPolicy'),
    ignorePublicAcls: fields.get('ignorePublicAcls'),
    restrictPublicBuckets: fields.get('restrictPublicBuckets'),
  }
}

function ruleOf(conversion: Conversion, rule: ManifestReader): readonly object[] {
  const expiration = rule.child('expiration')
  const converted = {
    id: rule.get('id'),
    status: rule.get('status'),
    prefix: rule.text('prefix'),
    expiration: rule.has('expiration') ? { days: expiration.get('days'), date: expiration.get('date') } : undefined,
    transitions: rule.has('transitions')
      ? rule.children('transitions').map((each) => ({ days: each.get('days'), storageClass: each.get('storageClass') }))
      : undefined,
  }
  if (converted.expiration !== undefined || (converted.transitions ?? []).length > 0) return [converted]
  conversion.warn(`${rule.path} is left out: it does nothing, and servers refuse such rules`)
  return []
}

const corsRuleOf = (rule: ManifestReader): object => ({
  allowedOrigins: rule.get('allowedOrigins'),
  allowedMethods: rule.get('allowedMethods'),
  allowedHeaders: rule.get('allowedHeaders'),
  exposedHeaders: rule.get('exposedHeaders'),
  maxAgeSeconds: rule.get('maxAgeSeconds'),
})
