import { deepEqual } from '@kubewright/core'
import { z } from 'zod'
import { DefinitionError } from '../definition-error.ts'
import { isJsonObject } from '../json.ts'

/**
 * A default as it stands in the CRD.
 * @throws DefinitionError when its own schema refuses it, when it has fields that would be pruned (the API server would refuse the CRD), or when
 * the API server would fill in more than zod does.
 */
export function defaultValue(inner: z.core.$ZodType, kind: 'default' | 'prefault', value: unknown, path: string): unknown {
  const text = JSON.stringify(value) as string | undefined
  if (text === undefined) throw new DefinitionError(path, 'the default is no JSON value')
  const json: unknown = JSON.parse(text)
  const parsed = z.safeParse(inner, json)
  if (!parsed.success) throw new DefinitionError(path, `its own schema refuses the default: ${parsed.error.issues[0]!.message}`)
  const lost = unknownField(json, parsed.data, path)
  if (lost !== undefined)
    throw new DefinitionError(lost, 'the default has a field that the schema does not know: it would not survive pruning')
  const whole: unknown = JSON.parse(JSON.stringify(parsed.data))
  if (kind === 'default' && !deepEqual(json, whole)) {
    throw new DefinitionError(
      path,
      'the API server fills defaults in within this default, and zod does not: use .prefault() instead of .default()',
    )
  }
  // Written out in full: the API server holds a default to the CEL rules around it before it fills in what is missing in it, and refuses the CRD.
  return whole
}

function unknownField(given: unknown, kept: unknown, path: string): string | undefined {
  if (Array.isArray(given) && Array.isArray(kept)) {
    return given.map((item, index) => unknownField(item, kept[index], `${path}[${index}]`)).find((lost) => lost !== undefined)
  }
  if (!isJsonObject(given) || !isJsonObject(kept)) return undefined
  for (const [key, value] of Object.entries(given)) {
    if (!Object.hasOwn(kept, key)) return `${path}.${key}`
    const lost = unknownField(value, kept[key], `${path}.${key}`)
    if (lost !== undefined) return lost
  }
  return undefined
}
