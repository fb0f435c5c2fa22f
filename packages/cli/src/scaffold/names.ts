import { isDnsSubdomain } from '@kubewright/core'
import { UsageError } from '../usage-error.ts'

/** What the files of a new operator are about, in every spelling that they need. */
export interface ScaffoldNames {
  /** Of the package, the image and the chart: `shop-operator`. */
  readonly project: string
  /** `WebShop` */
  readonly kind: string
  /** `webShop`, the beginning of identifiers. */
  readonly camel: string
  /** `web-shop`, of files. */
  readonly kebab: string
  /** `webshop`, as kubectl knows it. */
  readonly singular: string
  readonly group: string
}

export interface NameChoice {
  /** The new folder's own name. */
  readonly folder: string
  readonly name?: string
  readonly kind?: string
  readonly group?: string
}

/** A label of DNS with room for what is put before and behind it. */
const PROJECT = /^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/
const KIND = /^[A-Z][A-Za-z0-9]{0,39}$/

/** Names that are not given follow from the folder's. @throws UsageError with a line for each name that cannot be */
export function namesFor(
  { folder, name, kind: givenKind, group: givenGroup }: NameChoice,
  taken: (kind: string) => boolean,
): ScaffoldNames {
  const project = name ?? folder.toLowerCase()
  const problems: string[] = []
  if (!PROJECT.test(project))
    problems.push(
      `${name === undefined ? `the folder's name "${folder}" gives the project no name` : `--name: "${name}" is no name`}: it must be at most 40 letters in lower case, digits and "-", and begin with a letter; ${name === undefined ? 'give --name' : 'choose another one'}`,
    )
  const kind = givenKind ?? pascal(project.replace(/-(operator|controller)$/, ''))
  if (!KIND.test(kind)) {
    // Said already, when it follows from the project's name.
    if (givenKind !== undefined)
      problems.push(`--kind: "${kind}" is no kind: it must be letters and digits, and begin with a capital, such as WebShop`)
  } else if (taken(kind))
    problems.push(`--kind: the library has a ${kind} of its own, which the program would not see any more: choose another one`)
  const group = givenGroup ?? `${kind.toLowerCase()}.example.dev`
  if (!isDnsSubdomain(group) || !group.includes('.'))
    problems.push(`--group: "${group}" is no API group: it must be a DNS name in lower case with a dot, such as shop.example.dev`)
  else if (group.endsWith('.k8s.io') || group.endsWith('.kubernetes.io'))
    problems.push(`--group: "${group}" is Kubernetes' own, which API servers take only with an approval: use a domain of yours`)
  if (problems.length > 0) throw new UsageError(problems.join('\n'))
  return { project, kind, camel: kind.charAt(0).toLowerCase() + kind.slice(1), kebab: kebab(kind), singular: kind.toLowerCase(), group }
}

const pascal = (name: string): string =>
  name
    .split('-')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('')

/** `HTTPRoute` is http-route. */
const kebab = (kind: string): string =>
  kind
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1-$2')
    .toLowerCase()
