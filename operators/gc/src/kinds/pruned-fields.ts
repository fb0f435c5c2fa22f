import type { KubeObject } from 'kubewright'

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly additionalProperties?: Schema | boolean
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean
}

interface Definition extends KubeObject {
  readonly spec?: {
    readonly versions?: readonly { readonly name?: string; readonly schema?: { readonly openAPIV3Schema?: Schema } }[]
  }
}

/** Fields of `spec` that our definition has and the installed one has not: the server takes them away without a word when a policy is written. */
export function prunedFields(installed: KubeObject, ours: KubeObject, version: string): readonly string[] {
  return missing(specOf(installed, version), specOf(ours, version), 'spec')
}

function specOf(definition: KubeObject, version: string): Schema | undefined {
  const found = (definition as Definition).spec?.versions?.find(({ name }) => name === version)
  return found?.schema?.openAPIV3Schema?.properties?.['spec']
}

function missing(there: Schema | undefined, ours: Schema | undefined, path: string): readonly string[] {
  if (ours === undefined || there?.['x-kubernetes-preserve-unknown-fields'] === true) return []
  if (there === undefined) return [path]
  const ofItems = (schema: Schema) =>
    schema.items ?? (typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined)
  return [
    ...Object.entries(ours.properties ?? {}).flatMap(([name, inner]) => missing(there.properties?.[name], inner, `${path}.${name}`)),
    ...missing(ofItems(there), ofItems(ours), `${path}[]`),
  ]
}
