import { deepEqual, type KubeObject, messageOf } from '@kubewright/core'
import { isJsonObject } from '../json.ts'
import type { KindDefinition, KindVersion } from '../kind/kind-definition.ts'
import { withDefaults } from '../structural/defaults.ts'
import type { Converters, ConvertibleObject } from '../versions/version.ts'
import type { FastCheck } from './fast-check.ts'
import { validObjects } from './objects.ts'

/** What conversions are checked with. */
export interface ConversionCheckOptions {
  /** Objects per version and direction. @default 200 */
  readonly runs?: number
  /** To repeat a failed check. @default of fast-check's choice, told in the failure */
  readonly seed?: number
}

/**
 * Converts generated objects of every version to the hub and back, and objects of the hub to every version and back: what comes back must be what
 * went, every result must be valid, and the input must be untouched.
 * @throws Error with the smallest object that fails, and the field.
 */
export function checkConversions(
  fc: FastCheck,
  kind: KindDefinition<never, never> | KindDefinition,
  options: ConversionCheckOptions = {},
): void {
  const { converters } = kind
  if (converters === undefined) throw new Error(`${kind.kind} has no converters: there is nothing to check`)
  const versions = kind.versions as readonly KindVersion[]
  const hub = versions.find(({ version }) => version === converters.hub)!
  const { runs = 200, seed } = options
  for (const spoke of versions.filter((version) => version !== hub)) {
    for (const [from, by] of [
      [spoke, hub],
      [hub, spoke],
    ] as const) {
      fc.assert(
        fc.property(validObjects(fc, from), (sent) => {
          checkRoundTrip(converters, sent as unknown as ConvertibleObject, from, by)
        }),
        { numRuns: runs, includeErrorInReport: true, ...(seed !== undefined && { seed }) },
      )
    }
  }
}

function checkRoundTrip(converters: Converters, sent: ConvertibleObject, from: KindVersion, by: KindVersion): void {
  const object = withDefaults(from.schema, sent) as ConvertibleObject
  const before = structuredClone(object)
  const there = converters.convert(object, by.version)
  const back = converters.convert(there, from.version)
  const way = `${from.version} → ${by.version}`
  if (!deepEqual(object, before))
    throw new Error(`${way}: the converter changed its input at ${difference(before, object, '')}: it must make new objects`)
  checkValid(there, by, way)
  checkValid(back, from, `${way} → ${from.version}`)
  const filled = withDefaults(from.schema, back)
  if (!deepEqual(json(filled), json(object)))
    throw new Error(
      `${way} → ${from.version} lost something at ${difference(json(object), json(filled), '')}: both versions must be able to hold it, or an annotation must`,
    )
}

function checkValid(object: ConvertibleObject, kind: KindVersion, way: string): void {
  try {
    kind.parse(object) satisfies KubeObject
  } catch (error) {
    throw new Error(`${way} made an invalid object: ${messageOf(error)}`, { cause: error })
  }
}

/** `undefined` is no JSON: a field that is undefined is a field that is not there. */
const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

/** The first path at which two values differ. */
function difference(a: unknown, b: unknown, path: string): string {
  if (Array.isArray(a) && Array.isArray(b) && a.length === b.length) {
    const index = a.findIndex((item, at) => !deepEqual(item, b[at]))
    return difference(a[index], b[index], `${path}[${index}]`)
  }
  if (!isJsonObject(a) || !isJsonObject(b)) return path
  const key = [...Object.keys(a), ...Object.keys(b)].find((each) => !deepEqual(a[each], b[each]))
  return key === undefined ? path : difference(a[key], b[key], path === '' ? key : `${path}.${key}`)
}
