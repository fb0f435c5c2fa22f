import { isJsonObject } from '../json.ts'
import type { GivenCrd } from './kind-source.ts'

/**
 * A CRD reduced to what the API server makes of it: two that are equal here serve, check and store the same objects. The order of fields and
 * versions, what tools note on it, and ways of saying the same (an integer is 64 bits wide anyway; what has a default is never missing) are gone.
 */
export function essenceOf({ spec, metadata }: GivenCrd): unknown {
  const { group, scope, names, versions } = spec
  return sorted({
    group,
    scope: scope ?? 'Namespaced',
    labels: metadata?.labels ?? {},
    names: {
      kind: names.kind,
      plural: names.plural,
      singular: names.singular ?? names.kind.toLowerCase(),
      listKind: names.listKind ?? `${names.kind}List`,
      shortNames: names.shortNames ?? [],
      categories: names.categories ?? [],
    },
    versions: Object.fromEntries(
      versions.map(({ name, schema, subresources, additionalPrinterColumns = [], ...version }) => [
        name,
        {
          ...version,
          subresources: subresources === undefined || Object.keys(subresources).length === 0 ? undefined : subresources,
          deprecated: version.deprecated ?? false,
          additionalPrinterColumns: additionalPrinterColumns.length === 0 ? [AGE] : additionalPrinterColumns,
          schema: rootEssence(schema.openAPIV3Schema as Readonly<Record<string, unknown>>),
        },
      ]),
    ),
  })
}

/** What a CRD without columns shows. */
const AGE = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' }

/** The frame of an object is the same whatever a schema says of it. */
function rootEssence(root: Readonly<Record<string, unknown>>): unknown {
  const { apiVersion: _, kind: __, metadata: ___, ...properties } = root['properties'] as Readonly<Record<string, unknown>>
  const required = (root['required'] as readonly string[] | undefined)?.filter((name) => name === 'spec' || name === 'status')
  return nodeEssence({ ...root, required, properties })
}

function nodeEssence(node: unknown): unknown {
  if (!isJsonObject(node)) return node
  const { properties, items, additionalProperties, required, ...rest } = node
  const fields = isJsonObject(properties) ? properties : {}
  const always = ((required as readonly string[] | undefined) ?? []).filter(
    (name) => !(isJsonObject(fields[name]) && fields[name]['default'] !== undefined),
  )
  return {
    ...keywords(rest),
    ...(Object.keys(fields).length > 0 && {
      properties: Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, nodeEssence(field)])),
    }),
    ...(always.length > 0 && { required: [...always].sort() }),
    ...(items !== undefined && { items: nodeEssence(items) }),
    ...(additionalProperties !== undefined && {
      additionalProperties:
        additionalProperties === true ? { 'x-kubernetes-preserve-unknown-fields': true } : nodeEssence(additionalProperties),
    }),
  }
}

function keywords(node: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { format, pattern, enum: values, nullable, uniqueItems: _, ...rest } = node
  const isInt = rest['type'] === 'integer' || rest['x-kubernetes-int-or-string'] === true
  const { type, anyOf, ...others } = rest
  return {
    ...(rest['x-kubernetes-int-or-string'] === true ? others : rest),
    ...(format !== undefined && !(isInt && format === 'int64') && { format }),
    ...(pattern !== undefined && { pattern: String(pattern).replaceAll('\\/', '/') }),
    ...(Array.isArray(values) && { enum: values.filter((value) => value !== null) }),
    ...(nullable === true && values === undefined && { nullable }),
    // The default of the API server.
    ...(rest['x-kubernetes-list-type'] === 'atomic' && { 'x-kubernetes-list-type': undefined }),
    ...(rest['x-kubernetes-map-type'] === 'granular' && { 'x-kubernetes-map-type': undefined }),
    ...(type !== undefined && rest['x-kubernetes-int-or-string'] !== true && { type }),
    ...(anyOf !== undefined && rest['x-kubernetes-int-or-string'] !== true && { anyOf }),
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isJsonObject(value)) return value
  const entries = Object.entries(value).filter(([, each]) => each !== undefined)
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, each]) => [key, sorted(each)]))
}
