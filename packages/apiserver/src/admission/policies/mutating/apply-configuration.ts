import { type CelValue, MadeObject, typeNameProblems } from '@kubewright/cel'
import { type DynamicObject, messageOf } from '@kubewright/core'
import { mergeApplied } from '../../../managed-fields/index.ts'
import { type Fields, isFields } from '../../../registry/fields.ts'
import type { StoredResource } from '../../../registry/resource.ts'
import { DecodeError } from '../../../registry/typed-form.ts'
import type { Schema } from '../../../schema/index.ts'
import { childSchema } from '../../../schema/schema.ts'
import { jsonOf } from './json-patch.ts'
import { MutationError } from './mutation-error.ts'

/** The object with the configuration that an expression made laid over it, as server-side apply does, but without owning anything. @throws MutationError */
export function configuredBy(value: CelValue, object: DynamicObject, resource: StoredResource | undefined): Fields {
  if (!(value instanceof MadeObject)) throw new MutationError('unsupported return type from ApplyConfiguration expression')
  const problems = typeNameProblems(value, value.declared.name)
  if (problems.length > 0) throw new MutationError(`type mismatch: ${problems.join('\n')}`)
  const config = { ...(jsonOf(value) as Fields), apiVersion: object.apiVersion, kind: object.kind }
  const unfit = resource && typeProblem(resource, config)
  if (unfit !== undefined) throw new MutationError(`error applying patch: failed to convert patch object to typed object: ${unfit}`)
  const schema = resource?.schema()
  const atomic = atomicPaths(config, schema, '')
  if (atomic.length > 0)
    throw new MutationError(
      `error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: ${atomic.join(', ')}`,
    )
  return mergeApplied(object, config, schema) as Fields
}

function typeProblem(resource: StoredResource, config: Fields): string | undefined {
  try {
    const [unknown] = resource.read(config).unknownFields
    return unknown && `.${unknown}: field not declared in schema`
  } catch (error) {
    if (error instanceof DecodeError) return messageOf(error)
    throw error
  }
}

/** What could only be replaced as a whole: who means to change a part of it would take the rest away unawares. */
function atomicPaths(value: unknown, schema: Schema | undefined, path: string): readonly string[] {
  if (Array.isArray(value)) {
    const isAtomic = !['map', 'set'].includes(schema?.['x-kubernetes-list-type'] ?? 'atomic')
    return [...(isAtomic ? [path] : []), ...value.flatMap((item, index) => atomicPaths(item, schema?.items, `${path}[${index}]`))]
  }
  if (!isFields(value)) return []
  const isAtomic = schema?.['x-kubernetes-map-type'] === 'atomic'
  const parts = Object.entries(value).flatMap(([key, part]) => atomicPaths(part, schema && childSchema(schema, key), `${path}.${key}`))
  return isAtomic ? [path, ...parts] : parts
}
