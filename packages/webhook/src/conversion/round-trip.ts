import { deepFreeze, diffJsonPatch } from '@kubewright/core'
import type { ConvertibleObject } from '@kubewright/schema'
import { wireCopy } from '../wire.ts'
import { through, versionsOf } from './convert.ts'
import type { HubConverters } from './converters.ts'

/**
 * For tests, best with generated objects: takes an object of one version to each other version and back, and compares.
 * @throws Error naming the way and the fields that came back otherwise (values are not shown); TypeError when a converter changes what it is given
 */
export function checkRoundTrip(converters: HubConverters, version: string, object: ConvertibleObject): void {
  const all = versionsOf(converters)
  if (!all.includes(version)) throw new Error(`checkRoundTrip: ${version} is none of ${all.join(', ')}`)
  for (const other of all.filter((one) => one !== version)) {
    const there = through(converters, deepFreeze(wireCopy(object)), version, other)
    const back = through(converters, deepFreeze(wireCopy({ ...there, metadata: there.metadata ?? object.metadata })), other, version)
    const { apiVersion: _, kind: __, ...original } = object
    const { apiVersion: ___, kind: ____, ...returned } = { ...back, metadata: back.metadata ?? object.metadata }
    const lost = diffJsonPatch(original, wireCopy(returned)).map(({ path }) => path)
    if (lost.length > 0)
      throw new Error(`${version} → ${other} → ${version} changed ${lost.join(', ')}: keep it in a field, or use lossless()`)
  }
}
