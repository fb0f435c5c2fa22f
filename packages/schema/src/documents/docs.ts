import type { CrdParts } from '../kind/crd.ts'
import type { ConvertedVersion } from '../kind/crd-version.ts'
import type { CustomResourceVersion, StructuralSchema } from '../structural/structural.ts'
import { constraintsOf, typeTextOf } from './field-text.ts'

export interface KindDescription extends CrdParts {
  readonly description: string | undefined
}

/** A page in Markdown about a kind: equal definitions give equal pages. */
export function docsOf(kind: KindDescription): string {
  const names = [`\`${kind.plural}.${kind.group}\``, ...kind.shortNames.map((name) => `\`${name}\``)].join(', ')
  const parts = [
    `# ${kind.kind}`,
    ...(kind.description === undefined ? [] : [kind.description]),
    [
      `- API: \`${kind.group}\`, ${kind.versions.map((version) => versionText(version, kind.storage)).join(', ')}`,
      `- Names: ${names}`,
      `- Scope: ${kind.scope === 'Namespaced' ? 'in a namespace' : 'the whole cluster'}`,
      ...(kind.categories.length === 0 ? [] : [`- Categories: ${kind.categories.join(', ')}`]),
    ].join('\n'),
    ...kind.versions.flatMap((version) => versionSection(version, kind.versions.length > 1)),
  ]
  return `${parts.join('\n\n')}\n`
}

function versionText({ name, crd }: ConvertedVersion, storage: string): string {
  const notes = [name === storage ? 'stored' : '', crd.served ? '' : 'not served', crd.deprecated === true ? 'deprecated' : ''].filter(
    Boolean,
  )
  return `\`${name}\`${notes.length === 0 ? '' : ` (${notes.join(', ')})`}`
}

function versionSection({ name, schema, crd }: ConvertedVersion, several: boolean): readonly string[] {
  const heading = (text: string) => (several ? `### ${text}` : `## ${text}`)
  const { spec, status } = schema.properties!
  return [
    ...(several ? [`## ${name}`] : []),
    ...(several && crd.deprecationWarning !== undefined ? [crd.deprecationWarning] : []),
    heading('Spec'),
    ...fieldSection(spec!, 'spec'),
    ...(status === undefined ? [] : [heading('Status'), ...fieldSection(status, 'status')]),
    ...subresources(crd, heading),
    ...columns(crd, heading),
  ]
}

function fieldSection(schema: StructuralSchema, path: string): readonly string[] {
  const rows = rowsOf(schema, path)
  const table =
    rows.length === 0
      ? ['No fields.']
      : [['| Field | Type | Default | Constraints | Description |', '| --- | --- | --- | --- | --- |', ...rows].join('\n')]
  const rules = rulesOf(schema, path)
  return [
    ...(schema.description === undefined ? [] : [schema.description]),
    ...table,
    ...(rules.length === 0 ? [] : [`Rules:\n\n${rules.join('\n')}`]),
  ]
}

function rowsOf(schema: StructuralSchema, path: string): readonly string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const at = `${path}.${name}`
    const required = schema.required?.includes(name) === true
    const cells = [
      `\`${at}\`${required ? ' **required**' : ''}`,
      typeTextOf(field),
      field.default === undefined ? '' : `\`${JSON.stringify(field.default)}\``,
      constraintsOf(field).join('; '),
      field.description ?? '',
    ]
    return [`| ${cells.map(cell).join(' | ')} |`, ...inner(field, at)]
  })
}

function inner(field: StructuralSchema, path: string): readonly string[] {
  if (field.items !== undefined) return inner(field.items, `${path}[]`)
  if (field.additionalProperties !== undefined) return inner(field.additionalProperties, `${path}.*`)
  return rowsOf(field, path)
}

function rulesOf(schema: StructuralSchema, path: string): readonly string[] {
  const own = (schema['x-kubernetes-validations'] ?? []).map(({ rule, message }) => `- \`${path}\`: ${message ?? `\`${rule}\``}`)
  return [
    ...own,
    ...Object.entries(schema.properties ?? {}).flatMap(([name, field]) => rulesOf(field, `${path}.${name}`)),
    ...(schema.items === undefined ? [] : rulesOf(schema.items, `${path}[]`)),
    ...(schema.additionalProperties === undefined ? [] : rulesOf(schema.additionalProperties, `${path}.*`)),
  ]
}

function subresources({ subresources, selectableFields }: CustomResourceVersion, heading: (text: string) => string): readonly string[] {
  const scale = subresources?.scale
  return [
    ...(scale === undefined
      ? []
      : [
          heading('Scale'),
          `\`kubectl scale\` and autoscalers set \`${scale.specReplicasPath}\` and read \`${scale.statusReplicasPath}\`.`,
        ]),
    ...(selectableFields === undefined
      ? []
      : [heading('Selectable fields'), selectableFields.map(({ jsonPath }) => `\`${jsonPath.slice(1)}\``).join(', ')]),
  ]
}

function columns({ additionalPrinterColumns = [] }: CustomResourceVersion, heading: (text: string) => string): readonly string[] {
  if (additionalPrinterColumns.length === 0) return []
  const rows = additionalPrinterColumns.map(
    ({ name, jsonPath, description = '', priority = 0 }) =>
      `| ${cell(name)} | \`${jsonPath}\` | ${priority > 0 ? '`-o wide`' : ''} | ${cell(description)} |`,
  )
  return [heading('Columns of `kubectl get`'), ['| Column | Shows | | Description |', '| --- | --- | --- | --- |', ...rows].join('\n')]
}

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
