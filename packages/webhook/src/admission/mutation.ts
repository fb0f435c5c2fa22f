import { type DynamicObject, diffJsonPatch, type JsonPatchOperation } from '@kubewright/core'
import { type JsonRecord, wireCopy } from '../wire.ts'
import type { DefaultContext, DefaultHook } from './context.ts'
import type { Draft } from './draft.ts'

/** What an admission webhook may not change; the API server would refuse the result, or store another object than the user named. */
const FIXED = [
  ['apiVersion', (object: JsonRecord) => object['apiVersion']],
  ['kind', (object: JsonRecord) => object['kind']],
  ['metadata.name', (object: JsonRecord) => metadataOf(object)['name']],
  ['metadata.namespace', (object: JsonRecord) => metadataOf(object)['namespace']],
  ['metadata.uid', (object: JsonRecord) => metadataOf(object)['uid']],
] as const

/**
 * Runs the hooks one after the other on a copy of what came, and says what they changed as a JSON patch of that: what no type knows stays as it is.
 * @throws Error when the object's identity was changed; whatever a hook throws
 */
export async function mutate(
  raw: JsonRecord,
  hooks: readonly DefaultHook<DynamicObject>[],
  contextFor: (object: Draft<DynamicObject>) => DefaultContext<DynamicObject>,
): Promise<readonly JsonPatchOperation[]> {
  const draft = wireCopy(raw) as Draft<DynamicObject>
  const context = contextFor(draft)
  for (const hook of hooks) await hook(context)
  const result = wireCopy(draft) as JsonRecord
  for (const [field, of] of FIXED) {
    // A name may be given where there is none yet.
    if (of(result) !== of(raw) && of(raw) !== undefined)
      throw new Error(`default changed ${field}: it may fill in fields, and not turn the object into another one`)
  }
  return diffJsonPatch(raw, result)
}

function metadataOf(object: JsonRecord): JsonRecord {
  return (object['metadata'] ?? {}) as JsonRecord
}
