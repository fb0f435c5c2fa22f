import { apiVersionOf, messageOf, type ObjectMeta, parseApiVersion } from '@kubewright/core'
import { withDefaults } from '../structural/defaults.ts'
import type { StructuralSchema } from '../structural/structural.ts'
import { type Conversion, ConversionError, type Converters, type Convertible, type ConvertibleObject } from './version.ts'

type Convert = (object: Convertible<never, never>) => Conversion<unknown, unknown>

/** A version that is no hub, with its types forgotten. */
export interface Spoke {
  readonly version: string
  readonly schema: StructuralSchema
  /** `undefined`: the versions differ in name only. */
  readonly toHub: Convert | undefined
  readonly fromHub: Convert | undefined
}

export interface Hub {
  readonly group: string
  readonly kind: string
  readonly version: string
  readonly schema: StructuralSchema
}

export function convertersOf(hub: Hub, spokes: readonly Spoke[]): Converters {
  const spokeOf = (version: string): Spoke => {
    const spoke = spokes.find((each) => each.version === version)
    if (spoke === undefined) {
      const known = [hub.version, ...spokes.map((each) => each.version)].join(', ')
      throw new ConversionError(`${hub.kind}: there is no version "${version}": the definition has ${known}`)
    }
    return spoke
  }
  const toHub: Converters['toHub'] = (version, object) => {
    if (version === hub.version) return object
    const spoke = spokeOf(version)
    return apply(hub, object, hub.version, spoke.schema, spoke.toHub)
  }
  const fromHub: Converters['fromHub'] = (version, object) => {
    if (version === hub.version) return object
    return apply(hub, object, version, hub.schema, spokeOf(version).fromHub)
  }
  return {
    hub: hub.version,
    versions: spokes.map(({ version }) => version),
    toHub,
    fromHub,
    convert(object, version) {
      const from = parseApiVersion(object.apiVersion ?? '').version
      return from === version ? object : fromHub(version, toHub(from, object))
    },
  }
}

function apply(
  hub: Hub,
  object: ConvertibleObject,
  version: string,
  schema: StructuralSchema,
  convert: Convert | undefined,
): ConvertibleObject {
  const apiVersion = apiVersionOf({ group: hub.group, version })
  if (convert === undefined) return { ...object, apiVersion }
  const { spec, status } = withDefaults(schema, object) as { readonly spec?: unknown; readonly status?: unknown }
  const name = `${hub.kind} "${[object.metadata.namespace, object.metadata.name].filter(Boolean).join('/')}"`
  const converted = run(
    convert,
    { metadata: object.metadata, spec: spec ?? {}, ...(status !== undefined && { status }) },
    `${name} to ${version}`,
  )
  const { spec: _, status: __, ...rest } = object
  return {
    ...rest,
    apiVersion,
    metadata: merged(object.metadata, converted.metadata),
    spec: converted.spec,
    ...(converted.status !== undefined && { status: converted.status }),
  }
}

function run(convert: Convert, object: object, subject: string): Conversion<unknown, unknown> {
  try {
    return convert(object as never)
  } catch (error) {
    throw new ConversionError(`cannot convert ${subject}: ${messageOf(error)}`, { cause: error })
  }
}

/** The API server refuses a conversion that changes more of the metadata than labels and annotations. */
function merged(metadata: ObjectMeta, changed: Conversion<unknown, unknown>['metadata']): ObjectMeta {
  if (changed === undefined) return metadata
  const { labels: _, annotations: __, ...rest } = metadata
  const { labels = metadata.labels, annotations = metadata.annotations } = changed
  return { ...rest, ...(labels !== undefined && { labels }), ...(annotations !== undefined && { annotations }) }
}
