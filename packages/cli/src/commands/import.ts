import { ConfigurationError, type KubeObject } from '@kubewright/core'
import type { ImportedDocument, ManifestImporter } from '../import/importer.ts'
import { yamlOf } from '../manifests/yaml.ts'
import type { Terminal } from '../terminal.ts'
import { documentsIn, readManifests } from './manifest-files.ts'
import { loadOperators, OPERATOR_NAMES } from './operators.ts'

/** Prints what becomes of other programs' manifests; what could not be converted is told on standard error. @throws ConfigurationError when nothing could */
export async function importManifests(paths: readonly string[], terminal: Terminal): Promise<void> {
  const documents = await readManifests(paths)
  const operators = await loadOperators(OPERATOR_NAMES)
  const importers = (await Promise.all(operators.map((operator) => operator.importers?.() ?? []))).flat()
  const { objects, warnings } = convert(documents, importers)
  for (const warning of warnings) terminal.stderr.write(`kubewright: warning: ${warning}\n`)
  if (objects.length === 0)
    throw new ConfigurationError(`nothing was converted; manifests of these can be: ${importers.map(({ name }) => name).join(', ')}`)
  terminal.stdout.write(yamlOf(objects))
}

export function convert(
  documents: readonly ImportedDocument[],
  importers: readonly ManifestImporter[],
): { readonly objects: readonly KubeObject[]; readonly warnings: readonly string[] } {
  const isKnown = ({ value }: ImportedDocument) => importers.some((importer) => importer.takes(value))
  const inner = new Map(documents.map((document) => [document, filesOf(document).filter(isKnown)]))
  const all = documents.flatMap((document) => [document, ...inner.get(document)!])
  const results = importers.map((importer) => importer.convert(all.filter(({ value }) => importer.takes(value))))
  const strange = documents
    .filter((document) => !isKnown(document) && inner.get(document)!.length === 0)
    .map((document) => `${describe(document)}: left out, for it is of no program that is known here`)
  return { objects: results.flatMap(({ objects }) => objects), warnings: [...results.flatMap(({ warnings }) => warnings), ...strange] }
}

/** Programs read their settings from files, which in a cluster are in ConfigMaps. */
function filesOf({ origin, value }: ImportedDocument): readonly ImportedDocument[] {
  const { kind, data } = (value ?? {}) as { readonly kind?: unknown; readonly data?: unknown }
  if (kind !== 'ConfigMap' || typeof data !== 'object' || data === null) return []
  return Object.entries(data).flatMap(([name, content]) =>
    typeof content === 'string' ? (documentsIn(`${origin}, ${name}`, content) ?? []) : [],
  )
}

function describe({ origin, value }: ImportedDocument): string {
  const { kind, metadata } = (value ?? {}) as { readonly kind?: unknown; readonly metadata?: { readonly name?: unknown } }
  return typeof kind === 'string' ? `${origin}: ${kind} ${String(metadata?.name ?? '')}`.trimEnd() : origin
}
