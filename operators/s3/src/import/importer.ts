import { apiVersionOf, type ImportResult, isFields, type Kind, type KubeObject, type ManifestImporter, messageOf } from 'kubewright'
import { AccessKey } from '../kinds/access-key.ts'
import { Bucket } from '../kinds/bucket.ts'
import { BucketPolicy } from '../kinds/bucket-policy.ts'
import { IAMPolicy } from '../kinds/iam-policy.ts'
import { Provider } from '../kinds/provider.ts'
import { User } from '../kinds/user.ts'
import { accessKeySpec } from './access-key.ts'
import { bucketSpec } from './bucket.ts'
import { bucketPolicySpec } from './bucket-policy.ts'
import { Conversion } from './conversion.ts'
import { iamPolicySpec } from './iam-policy.ts'
import { Landscape } from './landscape.ts'
import { ORIGINAL_GROUP, ORIGINAL_KINDS, type OriginalKind, originalKindOf } from './original.ts'
import { providerSpec } from './provider.ts'
import { References } from './references.ts'
import { userSpec } from './user.ts'

/** Manifests of wasabi-s3-operator become ours. What is on the server is taken over as it is: nothing is made anew, and keys stay valid. */
export const wasabiImporter: ManifestImporter = {
  name: 'wasabi-s3-operator',
  takes: (value) => originalKindOf(value) !== undefined,
  convert(documents): ImportResult {
    const conversions = documents
      .map((document) => new Conversion(originalKindOf(document.value)!, document))
      .sort((a, b) => ORIGINAL_KINDS.indexOf(a.kind) - ORIGINAL_KINDS.indexOf(b.kind))
    const references = new References(conversions)
    const landscape = new Landscape(conversions)
    const specs = conversions.map((conversion) => ({ conversion, spec: specOf(conversion, references, landscape) }))
    const objects = specs.flatMap(({ conversion, spec }) => (spec === undefined ? [] : [objectOf(conversion, spec, references)]))
    return { objects, warnings: conversions.flatMap((conversion) => conversion.warnings()) }
  },
}

const KINDS: Readonly<Record<OriginalKind, Kind<KubeObject>>> = { Provider, Bucket, BucketPolicy, User, IAMPolicy, AccessKey } as never

/** `undefined`: it is not converted, and that is told. */
function specOf(conversion: Conversion, references: References, landscape: Landscape): object | undefined {
  const owner = bucketOf(conversion)
  if (owner !== undefined) return conversion.leaveOut(`Bucket "${owner}" makes it here too, by the same name (autoManage)`)
  switch (conversion.kind) {
    case 'Provider':
      return providerSpec(conversion)
    case 'Bucket':
      return bucketSpec(conversion, references)
    case 'BucketPolicy':
      return bucketPolicySpec(conversion, references, landscape)
    case 'User':
      return userSpec(conversion, references)
    case 'IAMPolicy':
      return iamPolicySpec(conversion, references)
    case 'AccessKey':
      return accessKeySpec(conversion, references)
  }
}

/** The Bucket that a user, a key or a policy was made by. */
function bucketOf({ metadata }: Conversion): string | undefined {
  const owner = metadata
    .children('ownerReferences')
    .find((each) => each.text('kind') === 'Bucket' && each.text('apiVersion')?.startsWith(`${ORIGINAL_GROUP}/`))
  return owner?.text('name')
}

function objectOf(conversion: Conversion, spec: object, references: References): KubeObject {
  const { name, namespace } = conversion
  const kind = KINDS[conversion.kind]
  const metadata = {
    ...{ name, namespace },
    labels: some(ofPeople(conversion.metadata.get('labels'))),
    annotations: some({ ...ofPeople(conversion.metadata.get('annotations')), ...references.consentOf(conversion) }),
  }
  const object = compact({ apiVersion: apiVersionOf(kind), kind: kind.kind, metadata, spec }) as KubeObject
  try {
    ;(kind as unknown as { parse(object: unknown): unknown }).parse(object)
  } catch (error) {
    conversion.warn(`as it is, the API server will refuse it: ${messageOf(error)}`)
  }
  return object
}

/** What programs keep there for themselves stays behind: the original, its framework, kubectl. */
const OF_PROGRAMS = [`${ORIGINAL_GROUP}/`, 'kopf.zalando.org/', 'kubectl.kubernetes.io/']

const ofPeople = (entries: unknown): object =>
  Object.fromEntries(
    Object.entries(isFields(entries) ? entries : {}).filter(([name]) => !OF_PROGRAMS.some((prefix) => name.startsWith(prefix))),
  )

const some = (entries: object): object | undefined => (Object.keys(entries).length === 0 ? undefined : entries)

/** Without what is not there: YAML would say null. */
function compact(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(compact)
  if (!isFields(value)) return value
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined)
  return Object.fromEntries(entries.map(([key, inner]) => [key, compact(inner)]))
}
