import { stringify } from 'yaml'

/**
 * A stream of YAML documents. Long lines stay whole and nothing is abbreviated, so that a changed field is one changed line. What YAML 1.1 takes for
 * something else than a string is quoted: kustomize reads 2012-10-17 as a time, and writes it back as one.
 */
export function yamlOf(documents: readonly unknown[]): string {
  return documents
    .map((document) => `---\n${stringify(document, { lineWidth: 0, aliasDuplicateObjects: false, compat: 'yaml-1.1' })}`)
    .join('')
}
