import { apiVersionOf, type GroupVersionKind } from '@kubewright/core'
import { z } from 'zod'
import { isJsonObject } from '../json.ts'
import { received } from '../structural/received.ts'
import type { StructuralSchema } from '../structural/structural.ts'
import { causesOf, InvalidObjectError } from './invalid-object.ts'

/** Reads objects of one version of a kind. @throws InvalidObjectError naming each wrong field. */
export type Parse = (object: unknown) => unknown

export function parserOf(kind: GroupVersionKind, spec: z.ZodObject, schema: StructuralSchema): Parse {
  const envelope = z.looseObject({
    apiVersion: z.literal(apiVersionOf(kind)),
    kind: z.literal(kind.kind),
    metadata: z.looseObject({}),
    spec,
  })
  const optionalSpec = schema.required?.includes('spec') !== true
  const specSchema = schema.properties!['spec']!
  return (object) => {
    const result = envelope.safeParse(understood(object, specSchema, optionalSpec))
    if (!result.success) throw new InvalidObjectError(describe(kind.kind, object), causesOf(result.error))
    return result.data
  }
}

function understood(object: unknown, schema: StructuralSchema, optionalSpec: boolean): unknown {
  if (!isJsonObject(object)) return object
  const { spec = optionalSpec ? {} : undefined } = object
  return spec === undefined ? object : { ...object, spec: received(schema, spec) }
}

function describe(kind: string, object: unknown): string {
  const metadata = isJsonObject(object) && isJsonObject(object['metadata']) ? object['metadata'] : {}
  const name = [metadata['namespace'], metadata['name']].filter((part) => typeof part === 'string').join('/')
  return name === '' ? kind : `${kind} "${name}"`
}
