import { DefinitionError } from '../definition-error.ts'
import { checkNames, namesOf } from '../kind/naming.ts'
import type { CrdManifest, CustomResourceVersion, StructuralSchema } from '../structural/structural.ts'
import { indent, literal, quoted } from './literal.ts'
import { UnwritableSchemaError, type ZodWriter, zodWriter } from './zod-source.ts'

/** How the source of a kind is written. */
export interface KindSourceOptions {
  /** Where the definition finds `defineKind`. @default kubewright */
  readonly importFrom?: string
}

/** A CustomResourceDefinition as it comes from a file or a cluster. */
export type GivenCrd = Pick<CrdManifest, 'spec'> & { readonly metadata?: Partial<CrdManifest['metadata']> }

/**
 * TypeScript that defines the kind of an existing CRD: the stored version is the one that it is defined with, the others follow.
 * @throws DefinitionError when the CRD has a part that a definition cannot say.
 */
export function kindSource(crd: GivenCrd, { importFrom = 'kubewright' }: KindSourceOptions = {}): string {
  const { names, group, versions } = crd.spec
  // They stand in the source as they are: what a file says must not become a program.
  checkNames({ ...names, group, version: versions[0]?.name ?? '' }, namesOf({ ...names, group, version: '' }))
  const writer = zodWriter()
  try {
    const body = definitionSource(crd, writer)
    const imports = ['defineKind', 'type ObjectOf', 'z', ...writer.helpers].sort((a, b) =>
      bare(a).toLowerCase() < bare(b).toLowerCase() ? -1 : 1,
    )
    return `// Made from the CustomResourceDefinition ${names.plural}.${group}.\nimport { ${imports.join(', ')} } from ${quoted(importFrom)}\n\n${body}\n\nexport type ${names.kind} = ObjectOf<typeof ${names.kind}>\n`
  } catch (error) {
    if (error instanceof UnwritableSchemaError) throw new DefinitionError(`${names.plural}.${group}`, error.message)
    throw error
  }
}

const bare = (name: string) => name.replace(/^type /, '')

function definitionSource({ spec, metadata = {} }: GivenCrd, writer: ZodWriter): string {
  const { group, names, scope, versions, conversion } = spec
  const storage = versions.find((version) => version.storage)
  if (storage === undefined) throw new UnwritableSchemaError('no version is the stored one')
  const others = versions.filter((version) => version !== storage)
  const { labels, annotations } = metadata
  const own =
    annotations === undefined ? {} : Object.fromEntries(Object.entries(annotations).filter(([key]) => !WRITTEN_BY_TOOLS.test(key)))
  const singular = names.singular ?? names.kind.toLowerCase()
  const head = [
    `group: ${quoted(group)},`,
    `kind: ${quoted(names.kind)},`,
    `plural: ${quoted(names.plural)},`,
    ...(singular === names.kind.toLowerCase() ? [] : [`singular: ${quoted(singular)},`]),
    ...(names.listKind === undefined || names.listKind === `${names.kind}List` ? [] : [`listKind: ${quoted(names.listKind)},`]),
    ...(names.shortNames === undefined || names.shortNames.length === 0 ? [] : [`shortNames: ${literal(names.shortNames)},`]),
    ...(names.categories === undefined || names.categories.length === 0 ? [] : [`categories: ${literal(names.categories)},`]),
    ...(scope === 'Cluster' ? ["scope: 'Cluster',"] : []),
    ...(labels === undefined || Object.keys(labels).length === 0 ? [] : [`labels: ${literal(labels)},`]),
    ...(Object.keys(own).length === 0 ? [] : [`annotations: ${literal(own)},`]),
  ]
  const foreign =
    conversion?.strategy === 'Webhook'
      ? '// Its versions are converted by a webhook of its owner: to serve this definition oneself, add toHub and fromHub.\n'
      : ''
  return [
    `${foreign}export const ${names.kind} = defineKind({\n${indent([...head, ...versionSource(storage, writer)].join('\n'))}\n})`,
    ...others.map((version) => `.withVersion({\n${indent(versionSource(version, writer).join('\n'))}\n})`),
  ].join('')
}

/** What kubectl and generators leave on a CRD says nothing about the kind. */
const WRITTEN_BY_TOOLS = /^(kubectl\.kubernetes\.io\/|controller-gen\.kubebuilder\.io\/version$)/

const FRAME = ['apiVersion', 'kind', 'metadata', 'spec', 'status']

function versionSource(version: CustomResourceVersion, writer: ZodWriter): readonly string[] {
  const root = version.schema.openAPIV3Schema
  checkRoot(root, version.name)
  const { spec, status } = root.properties!
  const columns = version.additionalPrinterColumns ?? []
  const scale = version.subresources?.scale
  const hasStatusPath = version.subresources?.status !== undefined
  const objectRules = root['x-kubernetes-validations'] ?? []
  return [
    `version: ${quoted(version.name)},`,
    ...(root.description === undefined ? [] : [`description: ${quoted(root.description)},`]),
    ...(version.served ? [] : ['served: false,']),
    ...(version.deprecated === true
      ? [`deprecated: ${version.deprecationWarning === undefined ? 'true' : quoted(version.deprecationWarning)},`]
      : []),
    ...(root.required?.includes('spec') === true ? [] : ['optionalSpec: true,']),
    `spec: ${writer.expression(spec!, 'spec')},`,
    ...(status === undefined ? [] : [`status: ${statusSource(status, writer)},`]),
    ...(hasStatusPath === (status !== undefined) ? [] : [`statusSubresource: ${hasStatusPath},`]),
    ...(objectRules.length === 0 ? [] : [`objectRules: ${literal(objectRules)},`]),
    ...(columns.length === 0 ? [] : [`printerColumns: ${list(columns)},`, 'ageColumn: false,']),
    ...(scale === undefined ? [] : [`scale: ${literal(scale)},`]),
    ...(version.selectableFields === undefined || version.selectableFields.length === 0
      ? []
      : [`selectableFields: ${literal(version.selectableFields.map(({ jsonPath }) => jsonPath))},`]),
  ]
}

function statusSource(status: StructuralSchema, writer: ZodWriter): string {
  const source = writer.expression(status, 'status')
  return status.default === undefined ? source : `${source}.meta({ default: ${literal(status.default)} })`
}

function checkRoot(root: StructuralSchema, version: string): void {
  const other = Object.keys(root.properties ?? {}).find((name) => !FRAME.includes(name))
  if (other !== undefined)
    throw new UnwritableSchemaError(
      `${version}: objects have a field "${other}" beside spec and status, for which definitions have no place`,
    )
  if (root.properties?.['spec']?.type !== 'object') throw new UnwritableSchemaError(`${version}: objects have no "spec" that is an object`)
  const status = root.properties['status']
  if (status !== undefined && status.type !== 'object') throw new UnwritableSchemaError(`${version}: "status" is no object`)
}

function list(values: readonly unknown[]): string {
  return `[\n${values.map((value) => `  ${literal(value)},`).join('\n')}\n]`
}
