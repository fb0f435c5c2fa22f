import { stringify } from 'yaml'

/** A stream of YAML documents. Long lines stay whole and nothing is abbreviated, so that a changed field is one changed line. */
export function yamlOf(documents: readonly unknown[]): string {
  return documents.map((document) => `---\n${stringify(document, { lineWidth: 0, aliasDuplicateObjects: false })}`).join('')
}
