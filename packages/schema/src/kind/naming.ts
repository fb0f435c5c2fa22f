import { DefinitionError } from '../definition-error.ts'

export interface Names {
  readonly plural: string
  readonly singular: string
  readonly listKind: string
}

interface Naming {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly plural?: string
  readonly singular?: string
  readonly listKind?: string
  readonly shortNames?: readonly string[]
  readonly categories?: readonly string[]
}

/** The resource names of a kind that is being defined. (Plurals of foreign kinds are asked of the server, never made up.) */
export function namesOf({ kind, plural, singular = kind.toLowerCase(), listKind = `${kind}List` }: Naming): Names {
  return { singular, plural: plural ?? pluralise(kind.toLowerCase()), listKind }
}

function pluralise(noun: string): string {
  if (/(s|x|z|ch|sh)$/.test(noun)) return `${noun}es`
  return /[^aeiou]y$/.test(noun) ? `${noun.slice(0, -1)}ies` : `${noun}s`
}

const LABEL = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+$/

/** The API server's rules for names of a CRD. @throws DefinitionError */
export function checkNames(naming: Naming, { plural, singular, listKind }: Names): void {
  const { group, version, kind, shortNames = [], categories = [] } = naming
  const refuse = (field: string, problem: string): never => {
    throw new DefinitionError(`${kind || 'kind'}: ${field}`, problem)
  }
  if (!/^[A-Z][A-Za-z0-9]{0,62}$/.test(kind)) refuse('kind', `"${kind}" must be CamelCase letters and digits, at most 63`)
  if (!SUBDOMAIN.test(group) || group.length > 253)
    refuse('group', `"${group}" must be a DNS name in lower case with a dot, such as "example.dev"`)
  checkVersion(naming, version)
  if (!LABEL.test(plural)) refuse('plural', `"${plural}" must be a name in lower case, at most 63 characters`)
  if (!LABEL.test(singular)) refuse('singular', `"${singular}" must be a name in lower case, at most 63 characters`)
  if (!/^[A-Z][A-Za-z0-9]{0,62}$/.test(listKind) || listKind === kind)
    refuse('listKind', `"${listKind}" must be CamelCase letters and digits, at most 63, and not the kind itself`)
  for (const name of shortNames) if (!LABEL.test(name)) refuse('shortNames', `"${name}" must be a name in lower case`)
  for (const name of categories) if (!LABEL.test(name)) refuse('categories', `"${name}" must be a name in lower case`)
}

/** @throws DefinitionError */
export function checkVersion({ kind }: Pick<Naming, 'kind'>, version: string): void {
  if (!LABEL.test(version))
    throw new DefinitionError(`${kind || 'kind'}: version`, `"${version}" must be a name in lower case, such as "v1" or "v1alpha1"`)
}
