/** A node of an OpenAPI v3 document, which unlike a structural schema may refer to others. */
export type OpenApiSchema = Readonly<Record<string, unknown>>

export const reference = (name: string): OpenApiSchema => ({ $ref: `#/components/schemas/${name}` })

/** Nothing may stand beside a `$ref`, so a description or default wraps it. */
export function referenceWith(name: string, beside: OpenApiSchema): OpenApiSchema {
  return Object.keys(beside).length === 0 ? reference(name) : { ...beside, allOf: [reference(name)] }
}

/** The names of the schemas that a node refers to. */
export function referencesIn(node: unknown, found: Set<string> = new Set()): ReadonlySet<string> {
  if (Array.isArray(node)) for (const each of node) referencesIn(each, found)
  else if (typeof node === 'object' && node !== null) {
    for (const [key, value] of Object.entries(node)) {
      // A schema may have a property called "$ref": its value is no text.
      if (key === '$ref' && typeof value === 'string') found.add(value.slice(value.lastIndexOf('/') + 1))
      else referencesIn(value, found)
    }
  }
  return found
}
